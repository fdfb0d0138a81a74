import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HTTP_API, type Json, resource, resources, synth, type Templates } from './synth.ts';

const FUNCTIONS = ['Api', 'ImportUsers', 'ProcessPhoto', 'Sweep'] as const;
type FunctionName = (typeof FUNCTIONS)[number];
interface Statement {
  actions: string[];
  resource: string;
  condition: Json;
}

const stage = synth();

function statements({ service }: Templates, name: FunctionName): Statement[] {
  const { Statement } = resource(service, 'AWS::IAM::Policy', `Functions${name}Role`).Properties.PolicyDocument;
  return Statement.map(({ Action, Resource, Condition, Effect }: Json) => {
    expect(Effect).toBe('Allow');
    return { actions: [Action].flat(), resource: JSON.stringify(Resource), condition: Condition };
  });
}
const may = (name: FunctionName, action: string, on: RegExp) =>
  statements(stage, name).some(({ actions, resource: where }) => actions.includes(action) && on.test(where));

test.each(FUNCTIONS)('when %s has a policy, then no action in it is a wildcard, and no resource but keys under a prefix', (name) => {
  for (const { actions, resource: where } of statements(stage, name)) {
    for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
    if (where.includes('*'))
      expect(where).toMatch(/:s3:::photoform-test-(photos|imports)-.*"\/(uploads|originals|thumbnails|imports|rejects)\/\*"/);
  }
});

test.each(FUNCTIONS)('when %s runs in private subnets, then the one wildcard more is for network interfaces', (name) => {
  const wild = statements(synth({ privateNetwork: true }), name).filter(({ resource: where }) => where === '"*"');
  expect(wild).toHaveLength(1);
  for (const action of wild[0]?.actions ?? []) expect(action).toMatch(/^ec2:.*(NetworkInterface|Subnets|PrivateIpAddresses)/);
});

test('when a function has a role, then it is its own, without any policy that AWS wrote', () => {
  const roles = FUNCTIONS.map(
    (name) => resource(stage.service, 'AWS::Lambda::Function', `Functions${name}`).Properties.Role['Fn::GetAtt'][0],
  );
  expect(new Set(roles).size).toBe(FUNCTIONS.length);
  for (const { Properties } of Object.values(resources(stage.service, 'AWS::IAM::Role')))
    expect(Properties.ManagedPolicyArns).toBeUndefined();
});

test('when a photo is finished, then only who finishes writes originals', () => {
  const writers = FUNCTIONS.filter((name) => may(name, 's3:PutObject', /"\/originals\/\*"/));
  expect(writers).toEqual(['Api', 'ProcessPhoto']);
});

test.each(['Api', 'ProcessPhoto'] as const)(
  'when a key is not there, then %s is told 404, not 403: it lists the bucket without a condition',
  (name) => {
    const listing = statements(stage, name).find(
      ({ actions, resource: where }) => actions.includes('s3:ListBucket') && where.includes('-photos-'),
    );
    expect(listing?.condition).toBeUndefined();
    expect(listing?.resource).not.toContain('*');
  },
);

test('when an upload is multipart, then the API begins, lists and aborts it, in quarantine alone', () => {
  for (const action of ['s3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'])
    expect(may('Api', action, /"\/uploads\/\*"/)).toBe(true);
  for (const action of ['s3:ListMultipartUploadParts', 's3:AbortMultipartUpload'])
    expect(may('Api', action, /originals|thumbnails/)).toBe(false);
});

test('when users are listed, then the API alone scans them', () => {
  expect(FUNCTIONS.filter((name) => may(name, 'dynamodb:Scan', /Tablesusers/))).toEqual(['Api']);
});

test('when secrets are read, then the API alone reads them', () => {
  expect(FUNCTIONS.filter((name) => may(name, 'secretsmanager:GetSecretValue', /SecretKeys/))).toEqual(['Api']);
});

test('when the database is called, then by what the code sends: nothing is allowed that no store does', () => {
  const src = join(import.meta.dirname, '../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /^(?!local).*\.ts$/.test(file));
  const sources = files.map((file) => readFileSync(join(src, file), 'utf8')).filter((text) => text.includes('@aws-sdk/lib-dynamodb'));
  const source = sources.join('\n');
  const items = {
    Get: 'GetItem',
    Put: 'PutItem',
    Update: 'UpdateItem',
    Delete: 'DeleteItem',
    BatchGet: 'BatchGetItem',
    BatchWrite: 'BatchWriteItem',
  };
  const sent = [...source.matchAll(/new (\w+)Command\(/g)].map(
    ([, command = '']) => `dynamodb:${items[command as keyof typeof items] ?? command}`,
  );
  const allowed = FUNCTIONS.flatMap((name) => statements(stage, name)).flatMap(({ actions }) =>
    actions.filter((action) => action.startsWith('dynamodb:')),
  );
  expect([...new Set(allowed)].sort()).toEqual([...new Set(sent)].sort());
});

test.each([{}, { frontDoor: HTTP_API }])('when anything may invoke a function, then its ARN is named (%j)', (more) => {
  const permissions = Object.values(resources(synth(more).service, 'AWS::Lambda::Permission'));
  expect(permissions.length).toBeGreaterThanOrEqual(2);
  for (const { Properties } of permissions) {
    expect(Properties.Action).toBe('lambda:InvokeFunction');
    expect(Properties.SourceArn).toBeDefined();
  }
});
