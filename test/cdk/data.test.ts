import { Match } from 'aws-cdk-lib/assertions';
import { BUCKET_CORS, TABLES, type TableShape } from '../../src/shapes.ts';
import { COGNITO, type Json, resource, resources, synth } from './synth.ts';

const { data } = synth({ corsOrigins: ['https://app.example.com'], urlSeconds: { upload: 120, download: 600 } });
const kinds = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SecretsManager::Secret', 'AWS::Cognito::UserPool'];

test.each(kinds)('when the stack is deleted, or one of it replaced, then every %s stays', (kind) => {
  const kept = Object.values(resources(synth({ identity: COGNITO }).data, kind));
  expect(kept.length).toBeGreaterThan(0);
  for (const { DeletionPolicy, UpdateReplacePolicy } of kept) {
    expect(DeletionPolicy).toMatch(/^Retain(ExceptOnCreate)?$/);
    expect(UpdateReplacePolicy).toBe('Retain');
  }
});

test.each(Object.entries<TableShape>(TABLES))(
  'when the table of %s is made, then it is the app’s, safe, and paid by request',
  (name, { partition, sort, ttl }) => {
    const { Properties } = resource(data, 'AWS::DynamoDB::Table', `Tables${name}`);
    const keys = [{ AttributeName: partition, KeyType: 'HASH' }, ...(sort ? [{ AttributeName: sort, KeyType: 'RANGE' }] : [])];
    expect(Properties).toMatchObject({
      KeySchema: keys,
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    expect(Properties.TimeToLiveSpecification).toEqual(ttl && { AttributeName: ttl, Enabled: true });
  },
);

test.each(['Photos', 'Imports', 'Logs'])(
  'when the bucket of %s is made, then it is private, encrypted and reached by TLS alone',
  (name) => {
    const { Properties } = resource(data, 'AWS::S3::Bucket', name);
    expect(Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
    expect(denied(name)).toEqual(
      expect.arrayContaining([{ Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } }]),
    );
  },
);

const denied = (bucket: string): Json[] => {
  const { Statement } = resource(data, 'AWS::S3::BucketPolicy', `${bucket}BucketPolicy`).Properties.PolicyDocument;
  return Statement.filter(({ Effect }: Json) => Effect === 'Deny').map(({ Condition }: Json) => Condition);
};

test.each(['Photos', 'Imports'])('when a URL into the bucket of %s is older than any that the app signs, then it is refused', (name) => {
  expect(denied(name)).toContainEqual({ NumericGreaterThan: { 's3:signatureAge': 600_000 } });
});

test('when nothing is said of versions, then buckets keep none, and quarantine and broken-off uploads go after 7 days', () => {
  const { VersioningConfiguration, LifecycleConfiguration } = resource(data, 'AWS::S3::Bucket', 'Photos').Properties;
  expect(VersioningConfiguration).toBeUndefined();
  expect(LifecycleConfiguration.Rules).toEqual([
    { Id: 'uploads/', Status: 'Enabled', Prefix: 'uploads/', ExpirationInDays: 7 },
    { Id: 'parts', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
  ]);
});

test('when a data file was loaded, then it goes after 30 days, and its rejects too', () => {
  const { Rules } = resource(data, 'AWS::S3::Bucket', 'Imports').Properties.LifecycleConfiguration;
  for (const Prefix of ['imports/', 'rejects/'])
    expect(Rules).toContainEqual({ Id: Prefix, Status: 'Enabled', Prefix, ExpirationInDays: 30 });
});

test('when versions are kept, then old ones and delete markers go after the days that the stage states', () => {
  const { Properties } = resource(synth({ versioning: { keepDays: 30 } }).data, 'AWS::S3::Bucket', 'Photos');
  expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  expect(Properties.LifecycleConfiguration.Rules).toContainEqual({
    Id: 'versions',
    Status: 'Enabled',
    NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    ExpiredObjectDeleteMarker: true,
  });
});

test('when pages of an origin may call the API, then they may reach the buckets, as on every engine', () => {
  const { methods, headers, exposed, maxAgeSeconds } = BUCKET_CORS;
  const rule = {
    AllowedOrigins: ['https://app.example.com'],
    AllowedMethods: methods,
    AllowedHeaders: headers,
    ExposedHeaders: exposed,
    MaxAge: maxAgeSeconds,
  };
  for (const name of ['Photos', 'Imports']) {
    expect(resource(data, 'AWS::S3::Bucket', name).Properties.CorsConfiguration).toEqual({ CorsRules: [rule] });
  }
  expect(resource(synth().data, 'AWS::S3::Bucket', 'Photos').Properties.CorsConfiguration).toBeUndefined();
});

test('when SECRET_KEYS are made, then AWS makes them at deployment, and no template holds one', () => {
  data.hasResourceProperties('AWS::SecretsManager::Secret', {
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    SecretString: Match.absent(),
  });
});
