import { APP_NAMES, type Environment, GRANTED, LEFT_ALONE } from '../../cdk/environment.ts';
import { readConfig, readJobConfig } from '../../src/config.ts';
import { ENV, type EnvName, JOB_ENV } from '../../src/env-names.ts';
import { COGNITO, HTTP_API, type Json, resource, synth, type Templates } from './synth.ts';

const FUNCTIONS = ['Api', 'ImportUsers', 'ProcessPhoto', 'Sweep'] as const;
type FunctionName = (typeof FUNCTIONS)[number];

/** What a function's code could read but does not use: it is neither told nor allowed to. */
const UNUSED: Record<FunctionName, EnvName[]> = {
  Api: ['PHOTOS_QUEUE_URL', 'IMPORTS_QUEUE_URL'],
  ImportUsers: ['PHOTOS_TABLE', 'PHOTOS_BUCKET', 'PHOTOS_QUEUE_URL'],
  ProcessPhoto: ['USERS_TABLE', 'IMPORTS_TABLE', 'IMPORTS_BUCKET', 'IMPORTS_QUEUE_URL'],
  Sweep: ['USERS_TABLE', 'PHOTOS_QUEUE_URL'],
};

const namesOf = (name: FunctionName): readonly EnvName[] => (name === 'Api' ? ENV : JOB_ENV);
const environmentOf = ({ service }: Templates, name: FunctionName): Record<string, Json> =>
  resource(service, 'AWS::Lambda::Function', `Functions${name}`).Properties.Environment.Variables;

const everyAppSetting = Object.fromEntries(APP_NAMES.map((name) => [name, `<${name}>`]));
const all = synth({ frontDoor: HTTP_API, identity: COGNITO, corsOrigins: ['https://app.example.com'], app: everyAppSetting });

test.each(FUNCTIONS)('when a stage sets every setting, then %s is told each that its code reads, by its name, and none besides', (name) => {
  const left: readonly string[] = [...LEFT_ALONE, 'SECRET_KEYS', ...UNUSED[name]];
  const told = namesOf(name).filter((setting) => !left.includes(setting));
  expect(Object.keys(environmentOf(all, name)).sort()).toEqual([...told].sort());
});

test.each(FUNCTIONS)('when a setting of the app is set, then %s has its very value', (name) => {
  const set = APP_NAMES.filter((setting) => namesOf(name).includes(setting));
  expect(set.length).toBeGreaterThan(5);
  expect(environmentOf(all, name)).toMatchObject(Object.fromEntries(set.map((setting) => [setting, `<${setting}>`])));
});

test('when a name is granted, then it is that of the very thing', () => {
  const grants = environmentOf(all, 'Api');
  for (const name of GRANTED.filter((granted) => !UNUSED.Api.includes(granted))) {
    const [thing = ''] = name.toLowerCase().split('_');
    expect(JSON.stringify(grants[name]).toLowerCase()).toContain(thing);
  }
});

/** What the function would find at run time, each reference to another resource as some text or URL. */
function atRunTime(variables: Record<string, Json>): Environment {
  const value = (name: string, given: Json) =>
    typeof given === 'string' ? given : /ISSUER|URL$/.test(name) ? 'https://aws.example.com/x' : 'made-by-aws';
  return Object.fromEntries(Object.entries(variables).map(([name, given]) => [name, value(name, given)]));
}
const SECRET_KEYS = 'x'.repeat(64);

test('when the API starts behind a load balancer, then its settings are valid, and its limits are the load balancer’s', () => {
  const config = readConfig({ ...atRunTime(environmentOf(synth(), 'Api')), SECRET_KEYS });
  expect(config).toMatchObject({
    basePath: '',
    limits: { bodyBytes: 1_000_000, responseBytes: 700_000 },
    auth: { profile: 'oidc', audience: ['photoform'] },
  });
});

test('when the API starts behind API Gateway with Cognito, then its settings are valid, its limits are Lambda’s, and the stage is taken off paths', () => {
  const config = readConfig({ ...atRunTime(environmentOf(synth({ frontDoor: HTTP_API, identity: COGNITO }), 'Api')), SECRET_KEYS });
  expect(config).toMatchObject({
    basePath: '/live',
    limits: { bodyBytes: 4_400_000, responseBytes: 4_400_000 },
    auth: { profile: 'cognito', scopePrefix: 'photoform/' },
  });
});

test.each(['ImportUsers', 'ProcessPhoto', 'Sweep'] as const)('when %s starts, then its settings are valid', (name) => {
  expect(() => readJobConfig(atRunTime(environmentOf(synth(), name)))).not.toThrow();
});

test('when anything is in a template, then it is no secret', () => {
  for (const name of FUNCTIONS) expect(environmentOf(all, name)).not.toHaveProperty('SECRET_KEYS');
});
