import { deliver, getImport, gzipped, listImports, namesOf, ndjson, type ShownImport } from '../support/imports.ts';
import { startService, type TestService } from '../support/service.ts';
import { sendRaw } from '../support/uploads.ts';
import { anAdmin, type Headers } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

interface Made {
  import: ShownImport & { key: string };
  upload: { method: string; url: string; headers: Headers; expiresAt: string };
}

const post = (body: object, headers: Headers = {}) =>
  service.api
    .post('/v1/imports')
    .set({ ...admin, ...headers })
    .send(body);

/** An import that the API made; its file is still to come. */
async function made(body: object): Promise<Made> {
  const answer = await post(body);
  expect(answer.status).toBe(201);
  return answer.body;
}

const put = ({ url, headers }: Made['upload'], file: string | Buffer) => sendRaw('PUT', url, headers, Buffer.from(file));
const ROWS = ndjson([{ userId: 'made-1', name: 'One' }, { userId: 'made-2' }, { userId: 'made-3', name: 'Three' }]);

describe('POST /v1/imports', () => {
  test('when an import is made, then 201 has its address, its version, and a place for just this file', async () => {
    const answer = await post({ format: 'csv', bytes: 1_234 });
    const { import: shown, upload } = answer.body as Made;

    expect([answer.status, answer.headers.location]).toEqual([201, `/v1/imports/${shown.importId}`]);
    expect(answer.headers.etag).toBe(`"${shown.version}"`);
    expect(shown).toMatchObject({ state: 'waiting', format: 'csv', bytes: 1_234, read: 0, written: 0, rejected: 0, progress: 0 });
    expect(shown.key).toBe(`imports/${shown.importId}.csv`);
    expect(upload).toMatchObject({ method: 'PUT', headers: { 'content-type': 'text/csv', 'if-none-match': '*' } });
    expect(Date.parse(upload.expiresAt)).toBeGreaterThan(Date.now());
    expect(await getImport(service, shown.importId)).toEqual(shown);
  });

  test('when the file is put and its event comes, then the users are in, and the import tells of the rejects', async () => {
    const { import: shown, upload } = await made({ format: 'ndjson', bytes: ROWS.length });
    expect((await put(upload, ROWS)).status).toBe(200);
    expect(await deliver(service, shown.key)).toBe('done');

    const done = await getImport(service, shown.importId);
    expect(done).toMatchObject({ state: 'done', read: 3, written: 2, rejected: 1, progress: 1 });
    expect(done.version).not.toBe(shown.version);
    expect(await namesOf(service, 'made-')).toEqual({ 'made-1': 'One', 'made-3': 'Three' });
    const rejects = await fetch(String(done.rejects?.url));
    expect(rejects.headers.get('content-disposition')).toContain(`rejects-${shown.importId}.ndjson`);
    expect(JSON.parse(await rejects.text())).toMatchObject({ row: 2, line: 2, userId: 'made-2' });
    expect((await listImports(service)).filter(({ importId }) => importId === shown.importId)).toHaveLength(1);
    // an alarm of the production stack counts these
    expect(JSON.parse(await service.whenLogged(shown.importId, 'import done'))).toMatchObject({ level: 'warn', rejected: 1 });
  });

  test('when it is said to be gzip, then the file must be one', async () => {
    const file = gzipped(ROWS);
    const first = await made({ format: 'ndjson', gzip: true, bytes: file.length });
    expect([first.import.key.endsWith('.ndjson.gz'), first.upload.headers['content-type']]).toEqual([true, 'application/gzip']);
    expect((await put(first.upload, file)).status).toBe(200);
    const second = await made({ format: 'ndjson', gzip: true, bytes: ROWS.length });
    expect((await put(second.upload, ROWS)).status).toBe(200);
    for (const { import: shown } of [first, second]) expect(await deliver(service, shown.key)).toBe('done');

    expect((await getImport(service, first.import.importId)).state).toBe('done');
    expect(await getImport(service, second.import.importId)).toMatchObject({ state: 'failed', error: { code: 'malformed-file' } });
  });

  test('when another length, another type or a second file is put, then the storage refuses it', async () => {
    const { import: shown, upload } = await made({ format: 'ndjson', bytes: ROWS.length });
    const others = [
      await put(upload, `${ROWS}\n`),
      await put({ ...upload, headers: { ...upload.headers, 'content-type': 'text/html' } }, ROWS),
      await put({ ...upload, headers: { 'content-type': 'application/x-ndjson' } }, ROWS),
    ];
    expect(others.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(await service.stored.keys('imports')).not.toContain(shown.key);
    expect([(await put(upload, ROWS)).status, (await put(upload, ROWS)).status]).toEqual([200, 412]);
  });

  test.each([
    [{ format: 'xml', bytes: 1 }, '/format'],
    [{ bytes: 1 }, '/format'],
    [{ format: 'csv' }, '/bytes'],
    [{ format: 'csv', bytes: 0 }, '/bytes'],
    [{ format: 'csv', bytes: 1.5 }, '/bytes'],
    [{ format: 'csv', bytes: '1' }, '/bytes'],
    [{ format: 'csv', bytes: 5_000_000_001 }, '/bytes'],
    [{ format: 'csv', bytes: 1, gzip: 'yes' }, '/gzip'],
    [{ format: 'csv', bytes: 1, key: 'imports/mine.csv' }, '/key'],
  ])('when it says %j, then 400 names %s, and nothing is stored', async (body, path) => {
    const before = await service.stored.rows('imports');
    const answer = await post(body);
    expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([400, 'invalid-input', path]);
    expect(await service.stored.rows('imports')).toEqual(before);
  });

  test('when it is repeated under an Idempotency-Key, then it is the same import, with a fresh place while it waits', async () => {
    const key = { 'idempotency-key': 'import' };
    const body = { format: 'ndjson', bytes: ROWS.length };
    const [first, second] = [await post(body, key), await post(body, key)];
    expect([first.status, second.status, second.headers['idempotency-replayed']]).toEqual([201, 201, 'true']);
    expect(second.body.import).toEqual(first.body.import);
    expect((await put(second.body.upload, ROWS)).status).toBe(200);
    await deliver(service, first.body.import.key);
    const third = await post(body, key);
    expect([third.body.import.state, third.body.upload]).toEqual(['done', { method: 'PUT' }]);
    const other = await post({ ...body, bytes: 1 }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  test('when /v1/me is asked, then it tells the limits of imports', async () => {
    const { body } = await service.api.get('/v1/me').set(admin);
    expect(body.limits).toMatchObject({ importBytes: 5e9, importRows: 1e7, importRowBytes: 64_000, importRatio: 100 });
  });
});

describe('GET /v1/imports', () => {
  test('when pages are walked, then each import is shown once, and the lease is none', async () => {
    for (let count = 0; count < 5; count++) await made({ format: 'json', bytes: 2 });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await service.api
        .get('/v1/imports')
        .query({ limit: 2, ...(cursor && { cursor }) })
        .set(admin);
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map(({ importId }: ShownImport) => importId));
      cursor = page.body.next as string | null;
    }
    const rows = (await service.stored.rows('imports')).map(({ importId }) => String(importId));
    expect(rows).toContain(':lease');
    expect(seen.toSorted()).toEqual(rows.filter((importId) => importId !== ':lease').toSorted());
  });

  test('when a cursor is of another list, then 400', async () => {
    const { body } = await service.api.get('/v1/imports').query({ limit: 1 }).set(admin);
    const users = await service.api.get('/v1/users').query({ cursor: body.next }).set(admin);
    expect([users.status, users.body.errors[0].path]).toEqual([400, '/cursor']);
  });
});

describe('GET /v1/imports/:importId', () => {
  test('when the version is known already, then 304', async () => {
    const { import: shown } = await made({ format: 'json', bytes: 2 });
    const get = (etag: string) => service.api.get(`/v1/imports/${shown.importId}`).set({ ...admin, 'if-none-match': etag });
    expect([(await get(`"${shown.version}"`)).status, (await get('"other"')).status]).toEqual([304, 200]);
  });

  test.each([
    ['01890000-0000-7000-8000-000000000000', 404],
    [':lease', 400],
    ['x', 400],
  ])('when %s is asked for, then %i', async (importId, status) => {
    expect((await service.api.get(`/v1/imports/${importId}`).set(admin)).status).toBe(status);
  });
});
