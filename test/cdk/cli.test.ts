import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
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
  180_000,
);

test('when the image is built, then from a folder with the Dockerfile and all that it copies, and nothing of tests, data or settings', async () => {
  const [stage] = Object.keys(STAGES);
  const { dockerImages } = JSON.parse(await readFile(join(folder, `${stage}/photoform-${stage}-service.assets.json`), 'utf8'));
  const images: { source: { directory: string; dockerFile: string; dockerBuildTarget: string } }[] = Object.values(dockerImages);
  expect(images.map(({ source }) => [source.dockerFile, source.dockerBuildTarget])).toEqual([['docker/Dockerfile', 'lambda']]);
  const sent = await readdir(join(folder, String(stage), String(images[0]?.source.directory)), { recursive: true });
  expect(sent).toEqual(expect.arrayContaining(['docker/Dockerfile', 'src/main', 'package.json', 'package-lock.json']));
  expect(sent.filter((path) => /^(test|cdk|node_modules|\.data|\.env|\.git)/.test(path))).toEqual([]);
});

test('when the stage is not written down, then it says so', async () => {
  const { code, err } = await cdk('synth', '--quiet', '--output', join(folder, 'nowhere'), '-c', 'stage=nowhere');
  expect(code).not.toBe(0);
  expect(err).toContain('There is no stage "nowhere" in cdk/stages.ts');
}, 180_000);
