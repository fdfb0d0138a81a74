import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STAGES } from '../../cdk/stages.ts';
import { outcome } from '../support/dev.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'photoform-cdk-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** As on a machine without any account, and without a network for the SDK to find one by. */
function cdk(...parameters: string[]) {
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    CI: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  };
  return outcome(spawn('npx', ['cdk', ...parameters], { cwd: ROOT, env }));
}

test.each(Object.keys(STAGES))(
  'when npx cdk synth is typed for %s, then both templates are there',
  async (stage) => {
    const { code, out, err } = await cdk('synth', '--quiet', '--output', join(folder, stage), '-c', `stage=${stage}`);
    expect({ code, ...(code !== 0 && { out, err }) }).toEqual({ code: 0 });
    for (const stack of ['data', 'service']) {
      const template = JSON.parse(await readFile(join(folder, stage, `photoform-${stage}-${stack}.template.json`), 'utf8'));
      expect(Object.keys(template.Resources).length).toBeGreaterThan(10);
    }
  },
  60_000,
);

test('when the stage is not written down, then it says so', async () => {
  const { code, err } = await cdk('synth', '--quiet', '--output', join(folder, 'nowhere'), '-c', 'stage=nowhere');
  expect(code).not.toBe(0);
  expect(err).toContain('There is no stage "nowhere" in cdk/stages.ts');
}, 60_000);
