import { readStage, type StageSettings } from '../../cdk/settings.ts';
import { STAGES } from '../../cdk/stages.ts';
import { readConfig } from '../../src/config.ts';
import { CERTIFICATE, HTTP_API, LOAD_BALANCER, OIDC, PLAIN } from './synth.ts';

test.each(Object.entries(STAGES))(
  'when the stage %s of cdk/stages.ts is read, then it is valid, and the app takes what is set for it',
  (name, settings) => {
    const { app } = readStage(name, settings);
    expect(() =>
      readConfig({ ...app, AUTH_ISSUER: 'https://issuer.example.com/', AUTH_AUDIENCE: 'photoform', SECRET_KEYS: 'x'.repeat(32) }),
    ).not.toThrow();
  },
);

test('when a stage says little, then the rest has defaults that cost least and keep data safe', () => {
  expect(readStage('test', PLAIN)).toMatchObject({
    name: 'test',
    privateNetwork: false,
    architecture: 'arm64',
    frontDoor: { healthCheck: false },
    api: { memoryMiB: 1_024, timeoutSeconds: 20, requestTimeoutMs: 10_000 },
    importUsers: { timeoutSeconds: 900, maxConcurrency: 2 },
    urlSeconds: { upload: 300, download: 300 },
    corsOrigins: [],
  });
});

const door = (more: object) => ({ frontDoor: { ...LOAD_BALANCER, ...more } as StageSettings['frontDoor'] });
const wrong: [string, object, RegExp][] = [
  ['no certificate and no zone', door({ certificateArn: undefined }), /certificateArn, or a hostedZone/],
  ['a certificate that is none', door({ certificateArn: 'arn:aws:iam::111122223333:server-certificate/x' }), /frontDoor\.certificateArn/],
  [
    'a name outside of its zone',
    door({ hostedZone: { id: 'Z1', name: 'example.org' } }),
    /frontDoor\.domainName: must be in the hosted zone/,
  ],
  [
    'a name that only ends like its zone',
    door({ domainName: 'notexample.com', hostedZone: { id: 'Z1', name: 'example.com' } }),
    /in the hosted zone/,
  ],
  ['a firewall before an HTTP API, which AWS has not', { frontDoor: { ...HTTP_API, firewall: { requestsPer5Minutes: 100 } } }, /firewall/],
  ['a rate below the least of AWS', door({ firewall: { requestsPer5Minutes: 9 } }), /requestsPer5Minutes/],
  ['an issuer without TLS', { identity: { ...OIDC, issuer: 'http://issuer.example.com/' } }, /identity\.issuer/],
  ['an origin with a path', { corsOrigins: ['https://app.example.com/page'] }, /corsOrigins/],
  [
    'a request that outlives its function',
    { api: { timeoutSeconds: 10, requestTimeoutMs: 10_000 } },
    /requestTimeoutMs: must be over before/,
  ],
  ['a function that outlives the load balancer', { api: { timeoutSeconds: 60 } }, /api\.timeoutSeconds/],
  ['a function that outlives API Gateway', { frontDoor: HTTP_API, api: { timeoutSeconds: 30 } }, /api\.timeoutSeconds/],
  ['more copies kept warm than may run', { api: { reservedConcurrency: 2, provisionedConcurrency: 3 } }, /provisionedConcurrency/],
  ['fewer at once than SQS knows', { processPhoto: { maxConcurrency: 1 } }, /processPhoto\.maxConcurrency/],
  ['a retention that CloudWatch has not', { logDays: 8 }, /logDays/],
  ['a setting that the stack decides', { app: { USERS_TABLE: 'mine' } }, /app/],
  ['a secret', { app: { SECRET_KEYS: 'x'.repeat(32) } }, /app/],
  ['a setting that nobody knows', { colour: 'blue' }, /colour/],
];

test.each(wrong)('when a stage has %s, then it is refused, and told why', (_, more, told) => {
  expect(() => readStage('test', { ...PLAIN, ...more })).toThrow(told);
});

test('when several settings are wrong, then all are told at once', () => {
  const read = () => readStage('test', { ...PLAIN, logDays: 8, architecture: 'mips' } as object as StageSettings);
  expect(read).toThrow(/logDays[\s\S]*architecture|architecture[\s\S]*logDays/);
});

test.each(['Prod', 'a-very-long-name', '1st', ''])('when a stage is called "%s", then it is refused', (name) => {
  expect(() => readStage(name, PLAIN)).toThrow(/name/);
});

test('when a stage is not written down, then that is said', () => {
  expect(() => readStage('nowhere', STAGES.nowhere)).toThrow('There is no stage "nowhere" in cdk/stages.ts');
});

test('when a certificate is named, then a zone may be, too', () => {
  expect(
    readStage('test', { ...PLAIN, ...door({ certificateArn: CERTIFICATE, hostedZone: { id: 'Z1', name: 'example.com' } }) }).frontDoor,
  ).toMatchObject({
    hostedZone: { id: 'Z1' },
  });
});
