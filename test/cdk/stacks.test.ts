import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { addService, newApp } from '../../cdk/service.ts';
import { readStage, type StageSettings } from '../../cdk/settings.ts';
import { COGNITO, HTTP_API, PLAIN, resources, synth } from './synth.ts';

/** Everything that changes nothing about data: only code, sizes and doors. */
const CODE_ONLY: Partial<StageSettings>[] = [
  { frontDoor: HTTP_API },
  { privateNetwork: true },
  { architecture: 'x86_64' },
  { api: { memoryMiB: 2_048, provisionedConcurrency: 1 } },
  { sweep: { memoryMiB: 1_024 } },
  { app: { LOG_LEVEL: 'debug' } },
  { alarmEmail: 'ops@example.com' },
  { dashboard: false },
];

const folder = mkdtempSync(join(tmpdir(), 'photoform-stacks-'));
let assembly: CloudAssembly;
beforeAll(() => {
  const app = newApp({ outdir: folder });
  addService(app, readStage('test', PLAIN));
  assembly = app.synth();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('when code is deployed, then after the data, on which it depends, and which knows nothing of it', () => {
  const dependencies = (name: string) =>
    assembly
      .getStackByName(name)
      .dependencies.map(({ id }) => id)
      .filter((id) => !id.endsWith('.assets'));
  expect(dependencies('photoform-test-service')).toEqual(['photoform-test-data']);
  expect(dependencies('photoform-test-data')).toEqual([]);
});

test('when somebody deletes the data’s stack by mistake, then AWS refuses', () => {
  expect(assembly.getStackByName('photoform-test-data').terminationProtection).toBe(true);
});

test('when it is synthesised, then without asking any account for anything', () => {
  expect(assembly.manifest.missing).toBeUndefined();
  for (const { environment } of assembly.stacks) expect(environment.name).toBe('aws://unknown-account/unknown-region');
});

test.each(CODE_ONLY)('when only %j changes, then nothing of the data’s template does', (more) => {
  expect(synth(more).data.toJSON()).toEqual(synth().data.toJSON());
});

const KEPT = /^AWS::(DynamoDB|S3|SQS|SecretsManager|Cognito)::/;

test('when the service’s stack is deleted and made again, then no table, bucket, queue, secret or person was in it', () => {
  const { service } = synth({ identity: COGNITO, privateNetwork: true });
  const types = Object.values(resources(service, '*')).map(({ Type }) => Type);
  expect(types.filter((type) => KEPT.test(type))).toEqual([]);
});

test('when the data’s stack changes settings, then no resource of it gets a new identity', () => {
  const ids = (more: Partial<StageSettings>) =>
    Object.entries(synth(more).data.toJSON().Resources as Record<string, { Type: string; Properties: Record<string, unknown> }>)
      .filter(([, { Type }]) => KEPT.test(Type))
      .map(([id, { Properties }]) => [id, Properties.KeySchema, Properties.BucketName]);
  expect(ids({ versioning: { keepDays: 30 }, corsOrigins: ['https://app.example.com'], processPhoto: { timeoutSeconds: 60 } })).toEqual(
    ids({}),
  );
});
