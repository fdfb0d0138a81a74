import assert from 'node:assert/strict';
import { download, until } from './client.ts';
import type { Step } from './journey.ts';

const ROWS = 1_500;
const IMPORT_SECONDS = 120;

export const IMPORTS: Step[] = [
  {
    title: `a data file of ${ROWS} users is read to its last row, and says which it could not take`,
    async walk({ admin, prefix, made }) {
      const userIds = Array.from({ length: ROWS }, (_, index) => `${prefix}-import-${index}`);
      for (const userId of userIds) made.users.add(userId);
      const rows = userIds.map((userId, index) => `${userId},"Number ${index}, imported"`);
      const file = Buffer.from(['userId,name', ...rows.slice(0, 700), 'not a userId,Nobody', ...rows.slice(700), ''].join('\r\n'));
      const { body } = await admin.must(201, 'POST', '/v1/imports', { json: { format: 'csv', bytes: file.length } });
      const { method, url, headers } = body.upload;
      const sent = await fetch(url, { method, headers, body: new Uint8Array(file) });
      assert.equal(sent.status, 200, `the storage answered ${sent.status}: ${await sent.text()}`);

      const path = `/v1/imports/${body.import.importId}`;
      const read = async () => (await admin.must(200, 'GET', path)).body.import;
      const done = await until('that it is done', IMPORT_SECONDS, read, ({ state }) => ['done', 'failed'].includes(state));
      assert.deepEqual([done.state, done.read, done.written, done.rejected, done.progress], ['done', ROWS + 1, ROWS, 1, 1]);
      const last = await admin.must(200, 'GET', `/v1/users/${userIds.at(-1)}`);
      assert.equal(last.body.user.name, `Number ${ROWS - 1}, imported`);
      const rejects = await download(done.rejects.url);
      assert.equal(JSON.parse(rejects.bytes.toString()).line, 702);
    },
  },
];
