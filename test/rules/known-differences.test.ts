import { readFile } from 'node:fs/promises';
import { LOCALSTACK } from '../contracts/s3-api/localstack-differences.ts';

test.each(Object.keys(LOCALSTACK))('when a test is skipped on LocalStack because %s, then the store’s README says so', async (why) => {
  const readme = await readFile(new URL('../../src/local/object-store/README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`- ${why}\n`);
});
