import { resource, resources, synth } from './synth.ts';

const IMAGE = ['api', 'import-users', 'process-photo', 'sweep'];
const api = (more: Parameters<typeof synth>[0]) => resource(synth(more).service, 'AWS::Lambda::Function', 'FunctionsApi').Properties;

test('when functions are made, then all are of one image, each with a handler and a log of its own', () => {
  const functions = Object.values(resources(synth().service, 'AWS::Lambda::Function')).map(({ Properties }) => Properties);
  expect(functions.map(({ ImageConfig }) => ImageConfig.Command)).toEqual(IMAGE.map((name) => [`${name}.handler`]));
  expect(new Set(functions.map(({ Code }) => JSON.stringify(Code))).size).toBe(1);
  expect(new Set(functions.map(({ LoggingConfig }) => LoggingConfig.LogGroup.Ref)).size).toBe(IMAGE.length);
});

test('when logs are written, then they go after the days that the stage says', () => {
  const groups = Object.values(resources(synth({ logDays: 7 }).service, 'AWS::Logs::LogGroup'));
  expect(groups.length).toBeGreaterThanOrEqual(IMAGE.length);
  for (const { Properties } of groups) expect(Properties.RetentionInDays).toBe(7);
});

test('when a stage sizes the API, then it has that memory, time and concurrency', () => {
  const sized = api({
    api: { memoryMiB: 2_048, timeoutSeconds: 15, requestTimeoutMs: 9_000, reservedConcurrency: 40, provisionedConcurrency: 2 },
  });
  expect(sized).toMatchObject({
    MemorySize: 2_048,
    Timeout: 15,
    ReservedConcurrentExecutions: 40,
    Environment: { Variables: { REQUEST_TIMEOUT_MS: '9000' } },
  });
});

test('when copies are kept warm, then of the version that the front door calls', () => {
  const warm = resource(synth({ api: { provisionedConcurrency: 2 } }).service, 'AWS::Lambda::Alias').Properties;
  expect(warm.ProvisionedConcurrencyConfig).toEqual({ ProvisionedConcurrentExecutions: 2 });
  const cold = synth().service;
  expect(resource(cold, 'AWS::Lambda::Alias').Properties.ProvisionedConcurrencyConfig).toBeUndefined();
  expect(resource(cold, 'AWS::ElasticLoadBalancingV2::TargetGroup').Properties.Targets[0].Id.Ref).toMatch(/^Live/);
});

test.each(['arm64', 'x86_64'] as const)('when the architecture is %s, then functions run on it', (architecture) => {
  expect(api({ architecture }).Architectures).toEqual([architecture]);
});
