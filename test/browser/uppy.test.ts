import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page, Response } from 'playwright-core';
import type { LocalServer } from '../../src/local/listen.ts';
import { jpegOfSize, photograph } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { begin, deliver, expectFinished, expectNothingOf, rowOf, sha256 } from '../support/uploads.ts';
import { Cable } from './cable.ts';
import { CHROMIUM, startChromium } from './chromium.ts';
import { bundlePage, startSite } from './site.ts';

interface Outcome {
  ready: { photoId: string; fileName: string; bytes: number; sha256: string; metadata: Record<string, string> }[];
  failed: { name: string; error: string }[];
}

const MB = 1_000_000;
const TITLE = 'Grüße aus 東京 📷';

let folder: string;
let site: LocalServer;
let foreignSite: LocalServer;
let service: TestService;
let cable: Cable;
let browser: Browser;

/** The page as a signed-in person sees it, with files chosen and a title typed in. */
async function openPage(user: string, files: Record<string, Buffer>, { endpoint }: LocalServer = site): Promise<Page> {
  const { authorization } = await service.as(user);
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${endpoint}/#${new URLSearchParams({ api: service.url, token: authorization.replace('Bearer ', '') })}`);
  const paths = Object.keys(files).map((name) => join(folder, name));
  await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(join(folder, name), bytes)));
  await page.setInputFiles('#files', paths);
  await page.fill('#title', TITLE);
  return page;
}

/** What Uppy said in the end. */
async function outcomeOf(page: Page): Promise<Outcome> {
  await page.waitForSelector('#outcome:not(:empty)');
  return JSON.parse(String(await page.textContent('#outcome')));
}

const isAnswer = (status: number, method: string, path: RegExp) => (answer: Response) =>
  answer.status() === status && answer.request().method() === method && path.test(new URL(answer.url()).pathname);

/** Once `complete` has been answered 202, the object's event comes, and finishes the photo. */
async function deliverWhenAccepted(page: Page, userId: string): Promise<void> {
  const answer = await page.waitForResponse(isAnswer(202, 'POST', /^\/v1\/uploads\/[^/]+\/complete$/));
  const { photo } = await answer.json();
  await deliver(service, { userId, photoId: photo.photoId });
}

/** README's way to upload from a page. */
async function plainSnippet(): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  return String(/^## Uploads from browsers$.*?^```js\n(.*?)^```/ms.exec(readme)?.[1]);
}

/** Requests to the storage so far: `PUT 3` is that of part 3. */
function storageRequests(page: Page): string[] {
  const requests: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin === service.engines.objects) requests.push(`${request.method()} ${url.searchParams.get('partNumber') ?? ''}`.trim());
  });
  return requests;
}

const withoutPhotos = (user: string) =>
  expect(service.stored.rows('photos')).resolves.not.toContainEqual(expect.objectContaining({ userId: user }));

const describeInBrowser = CHROMIUM ? describe : describe.skip;

describeInBrowser('Uppy in a browser', () => {
  beforeAll(async () => {
    const script = await bundlePage();
    [site, foreignSite, folder] = await Promise.all([startSite(script), startSite(script), mkdtemp(join(tmpdir(), 'photoform-files-'))]);
    service = await startService({ CORS_ORIGINS: site.endpoint });
    cable = await new Cable(service.engines.objects).open();
    browser = await startChromium([[service.engines.objects, cable.endpoint]]);
  });
  beforeEach(() => cable.mend());
  afterAll(async () => {
    await browser.close();
    cable.close();
    await Promise.all([service.close(), site.close(), foreignSite.close(), rm(folder, { recursive: true })]);
  });

  test('when photos are uploaded together, then each is stored whole, with its own name and its metadata', async () => {
    const files = {
      'Grüße 📷 写真.jpg': await jpegOfSize(200_000),
      'naïve "quoted" + 100%.jpg': await jpegOfSize(200_001),
      'third.jpg': await jpegOfSize(200_002),
    };
    const page = await openPage('ann', files);
    await page.click('#upload');
    const { ready, failed } = await outcomeOf(page);
    expect(failed).toEqual([]);
    expect(ready.map(({ fileName }) => fileName).sort()).toEqual(Object.keys(files).sort());
    for (const [fileName, bytes] of Object.entries(files)) {
      const { photoId = '' } = ready.find((photo) => photo.fileName === fileName) ?? {};
      const { body } = await service.api.get(`/v1/users/me/photos/${photoId}`).set(await service.as('ann'));
      expect(body.photo).toMatchObject({
        status: 'ready',
        fileName,
        bytes: bytes.length,
        sha256: sha256(bytes),
        metadata: { title: TITLE },
      });
      await expectFinished(service, { userId: 'ann', photoId }, bytes);
    }
  });

  test('when the connection breaks in the middle of a large photo, then it is sent on from there and arrives', async () => {
    const bytes = await jpegOfSize(30 * MB);
    const page = await openPage('bea', { 'Zürich 夜.jpg': bytes });
    const requests = storageRequests(page);
    cable.breakAfter(13 * MB, 'once');
    const delivered = deliverWhenAccepted(page, 'bea');
    await page.click('#upload');
    await delivered;
    const { ready, failed } = await outcomeOf(page);
    expect(failed).toEqual([]);
    expect(cable.lost).toBe(1);
    expect(new Set(requests)).toEqual(new Set(['POST', 'PUT 1', 'PUT 2', 'PUT 3', 'PUT 4', 'PUT 5', 'PUT 6']));
    expect(requests.filter((request) => request === 'PUT 2')).toHaveLength(1);
    expect(ready).toMatchObject([{ fileName: 'Zürich 夜.jpg', bytes: bytes.length, sha256: sha256(bytes), metadata: { title: TITLE } }]);
    await expectFinished(service, { userId: 'bea', photoId: String(ready[0]?.photoId) }, bytes);
  });

  test('when the connection stays away for longer than Uppy tries by itself, then a retry sends just the rest', async () => {
    const bytes = await jpegOfSize(27 * MB);
    const page = await openPage('cem', { 'mountain.jpg': bytes });
    cable.breakAfter(13 * MB, 'for good');
    await page.click('#upload');
    expect(await outcomeOf(page)).toMatchObject({ ready: [], failed: [{ name: 'mountain.jpg' }] });
    cable.mend();
    const requests = storageRequests(page);
    const delivered = deliverWhenAccepted(page, 'cem');
    await page.click('#retry');
    await delivered;
    const { ready } = await outcomeOf(page);
    expect(requests).toEqual(['GET', 'PUT 3', 'PUT 4', 'PUT 5', 'PUT 6', 'POST']);
    await expectFinished(service, { userId: 'cem', photoId: String(ready[0]?.photoId) }, bytes);
  });

  test('when all has arrived and only the answer is lost, then a retry sends nothing again', async () => {
    const bytes = await jpegOfSize(27 * MB);
    const page = await openPage('dot', { 'river.jpg': bytes });
    cable.loseAnswersTo(/^POST \S+uploadId=/);
    await page.click('#upload');
    expect(await outcomeOf(page)).toMatchObject({ ready: [], failed: [{ name: 'river.jpg' }] });
    cable.mend();
    const requests = storageRequests(page);
    const delivered = deliverWhenAccepted(page, 'dot');
    await page.click('#retry');
    await delivered;
    const { ready } = await outcomeOf(page);
    expect(requests).toEqual([]);
    await expectFinished(service, { userId: 'dot', photoId: String(ready[0]?.photoId) }, bytes);
  });

  test('when a page of another origin tries, then it fails and nothing is stored', async () => {
    const page = await openPage('eva', { 'cat.jpg': await jpegOfSize(200_000) }, foreignSite);
    await page.click('#upload');
    expect(await outcomeOf(page)).toEqual({ ready: [], failed: [{ name: 'cat.jpg', error: 'Failed to fetch' }] });
    await withoutPhotos('eva');
  });

  test('when a file is not the photo that its name says, then Uppy tells the reason, and the others are uploaded', async () => {
    const html = Buffer.from(`<!doctype html><title>Hello</title>${'<p>no photo</p>'.repeat(100)}`);
    const page = await openPage('fay', { 'page.jpg': html, 'photo.jpg': await jpegOfSize(200_000) });
    await page.click('#upload');
    const { ready, failed } = await outcomeOf(page);
    expect(ready).toMatchObject([{ fileName: 'photo.jpg' }]);
    expect(failed).toEqual([{ name: 'page.jpg', error: expect.stringMatching(/^The file is an HTML page\./) }]);
    const rows = (await service.stored.rows('photos')).filter(({ userId }) => userId === 'fay');
    const [rejected] = rows.filter(({ status }) => status === 'rejected');
    expect(rows).toHaveLength(2);
    expect(rejected).toMatchObject({ rejected: { code: 'unsupported-media-type' } });
    await expectNothingOf(service, { userId: 'fay', photoId: String(rejected?.photoId) });
  });

  test('when a file has no type that photos have, then it is refused before a byte of it is sent', async () => {
    const page = await openPage('gil', { 'notes.txt': Buffer.from('no photo') });
    const requests = storageRequests(page);
    await page.click('#upload');
    const { failed } = await outcomeOf(page);
    expect(failed).toEqual([{ name: 'notes.txt', error: expect.stringMatching(/^Photos are image\/jpeg/) }]);
    expect(requests).toEqual([]);
    await withoutPhotos('gil');
  });

  test('when a page does it without Uppy, as README shows, then the photo is ready', async () => {
    const bytes = await photograph();
    const page = await openPage('ida', { 'Émile.jpg': bytes });
    const snippet = (await plainSnippet()).replaceAll('http://127.0.0.1:3000', service.url);
    const token = (await service.as('ida')).authorization.replace('Bearer ', '');
    const answer = await page.evaluate(
      `(async (file, token) => { ${snippet}\n return answer; })(document.querySelector('#files').files[0], '${token}')`,
    );
    expect(answer).toMatchObject({ photo: { status: 'ready', fileName: 'Émile.jpg', metadata: { title: 'Chelsea' } } });
    await expectFinished(service, { userId: 'ida', photoId: (answer as { photo: { photoId: string } }).photo.photoId }, bytes);
  });

  test('when a page of another origin has got hold of a signed request, then its browser does not send it', async () => {
    const bytes = await photograph();
    const declared = { contentType: 'image/jpeg', bytes: bytes.length, method: 'PUT' };
    const { upload, ...id } = await begin(service, 'joe', declared);
    const put = `fetch(${JSON.stringify(upload.url)}, {
      method: 'PUT', headers: ${JSON.stringify(upload.headers)}, body: document.querySelector('#files').files[0]
    }).then(({ status }) => status, ({ message }) => message)`;
    const foreign = await openPage('joe', { 'cat.jpg': bytes }, foreignSite);
    expect(await foreign.evaluate(put)).toBe('Failed to fetch');
    await expectNothingOf(service, id);
    const own = await openPage('joe', { 'cat.jpg': bytes });
    expect(await own.evaluate(put)).toBe(200);
    expect(await own.evaluate(put)).toBe(412);
  });

  test('when it is cancelled in the middle, then nothing of it is left', async () => {
    const page = await openPage('hal', { 'large.jpg': await jpegOfSize(30 * MB) });
    cable.holdAfter(13 * MB);
    await page.click('#upload');
    await page.waitForSelector('[data-part="2"]');
    const removed = page.waitForResponse(isAnswer(204, 'DELETE', /^\/v1\/uploads\//));
    const [pending] = (await service.stored.rows('photos')).filter(({ userId }) => userId === 'hal');
    await page.click('#cancel');
    await removed;
    const upload = { userId: 'hal', photoId: String(pending?.photoId) };
    expect(pending).toMatchObject({ status: 'pending' });
    expect(await rowOf(service, upload)).toBeUndefined();
    await expectNothingOf(service, upload);
  });
});
