import { Match } from 'aws-cdk-lib/assertions';
import { CERTIFICATE, type Json, resource, resources, synth } from './synth.ts';

const { service } = synth();
const withDoor = (more: object) =>
  synth({ frontDoor: { kind: 'load-balancer', domainName: 'photos.example.com', certificateArn: CERTIFICATE, ...more } }).service;

test('when somebody calls, then by HTTPS with TLS 1.3 or 1.2, and plain HTTP is sent there', () => {
  service.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 443,
    Protocol: 'HTTPS',
    SslPolicy: Match.stringLikeRegexp('^ELBSecurityPolicy-TLS13-1-2-Res'),
    Certificates: [{ CertificateArn: CERTIFICATE }],
    DefaultActions: [{ Type: 'forward', TargetGroupArn: Match.anyValue() }],
  });
  service.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 80,
    DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
  });
  service.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 2);
});

test('when requests are forwarded, then unauthenticated and unfiltered: who may do what is the app’s to say', () => {
  for (const { Properties } of Object.values(resources(service, 'AWS::ElasticLoadBalancingV2::Listener'))) {
    expect(Properties.DefaultActions.map(({ Type }: Json) => Type)).not.toContainEqual(expect.stringMatching(/authenticate|jwt/));
  }
  service.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 0);
});

test('when the load balancer is up, then it drops bad headers and keeps access logs in the data’s log bucket', () => {
  const { LoadBalancerAttributes } = resource(service, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Properties;
  const attributes = Object.fromEntries(LoadBalancerAttributes.map(({ Key, Value }: Json) => [Key, Value]));
  expect(attributes).toMatchObject({
    'routing.http.drop_invalid_header_fields.enabled': 'true',
    'access_logs.s3.enabled': 'true',
    'access_logs.s3.prefix': 'alb',
  });
  expect(JSON.stringify(attributes['access_logs.s3.bucket'])).toContain('LogsBucket');
  const { Statement } = resource(synth().data, 'AWS::S3::BucketPolicy', 'LogsBucketPolicy').Properties.PolicyDocument;
  const writer = Statement.find(({ Principal }: Json) => Principal.Service === 'logdelivery.elasticloadbalancing.amazonaws.com');
  expect(writer.Action).toBe('s3:PutObject');
  expect(JSON.stringify(writer.Resource)).toContain('/alb/AWSLogs/');
});

test('when headers repeat, then the function is told each', () => {
  const { TargetGroupAttributes, TargetType } = resource(service, 'AWS::ElasticLoadBalancingV2::TargetGroup').Properties;
  expect(TargetType).toBe('lambda');
  expect(TargetGroupAttributes).toContainEqual({ Key: 'lambda.multi_value_headers.enabled', Value: 'true' });
});

test('when CloudFormation makes the target group, then the load balancer may already call, from this one group alone', () => {
  const group = resource(service, 'AWS::ElasticLoadBalancingV2::TargetGroup');
  const [id, permission] = Object.entries(resources(service, 'AWS::Lambda::Permission')).find(
    ([, { Properties }]) => Properties.Principal === 'elasticloadbalancing.amazonaws.com',
  ) ?? ['', {}];
  expect(group.DependsOn).toContain(id);
  expect(permission.Properties.SourceAccount).toEqual({ Ref: 'AWS::AccountId' });
  expect(permission.Properties.SourceArn['Fn::Join'][1].at(-1)).toBe(`:targetgroup/${group.Properties.Name}/*`);
  expect(permission.Properties.FunctionName).toEqual(group.Properties.Targets[0].Id);
});

test('when nobody asks for health checks, then none are paid for; when asked, then of /health', () => {
  expect(resource(service, 'AWS::ElasticLoadBalancingV2::TargetGroup').Properties.HealthCheckEnabled).toBe(false);
  const { HealthCheckEnabled, HealthCheckPath } = resource(
    withDoor({ healthCheck: true }),
    'AWS::ElasticLoadBalancingV2::TargetGroup',
  ).Properties;
  expect({ HealthCheckEnabled, HealthCheckPath }).toEqual({ HealthCheckEnabled: true, HealthCheckPath: '/health' });
});

test('when there is a hosted zone and no certificate, then one is made for it, and the name leads to the load balancer', () => {
  const zone = { certificateArn: undefined, hostedZone: { id: 'Z123456', name: 'example.com' } };
  const made = withDoor(zone);
  made.hasResourceProperties('AWS::CertificateManager::Certificate', {
    DomainName: 'photos.example.com',
    ValidationMethod: 'DNS',
    DomainValidationOptions: [{ DomainName: 'photos.example.com', HostedZoneId: 'Z123456' }],
  });
  made.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'photos.example.com.', Type: 'A', HostedZoneId: 'Z123456' });
  service.resourceCountIs('AWS::CertificateManager::Certificate', 0);
  service.resourceCountIs('AWS::Route53::RecordSet', 0);
});

test('when it is deployed, then it prints where the API is, and what the name must lead to', () => {
  service.hasOutput('Url', { Value: 'https://photos.example.com' });
  expect(Object.keys(service.findOutputs('*'))).toContainEqual(expect.stringMatching(/^FrontDoorDns/));
});
