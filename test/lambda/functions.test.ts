import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { outcome } from '../support/dev.ts';

const MAIN = join(import.meta.dirname, '../../src/main');
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/some-queue';
const TEST_EVENT = { messageId: 'x', body: '{"Event": "s3:TestEvent"}' };

/** Loads a function as Lambda does, in a process with just these settings, and invokes it. */
function invoke(file: string, event: object, env: Record<string, string>) {
  const script = `const { handler } = await import(${JSON.stringify(join(MAIN, file))});
    console.log(JSON.stringify(await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60000 })));`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH ?? '', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', ...env },
  });
  return outcome(child);
}

test.each([
  ['process-photo.lambda.ts', 'PHOTOS_QUEUE_URL'],
  ['import-users.lambda.ts', 'IMPORTS_QUEUE_URL'],
])('when %s has its own queue, then it takes messages; without %s it says what is missing', async (file, name) => {
  const [told, untold] = await Promise.all([invoke(file, { Records: [TEST_EVENT] }, { [name]: QUEUE_URL }), invoke(file, {}, {})]);
  expect(told).toMatchObject({ code: 0, err: '', out: '{"batchItemFailures":[]}\n' });
  expect(untold.code).toBe(1);
  expect(untold.err).toContain(`${name}: is not set`);
});
