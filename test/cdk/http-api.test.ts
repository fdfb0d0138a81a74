import { HTTP_API, resource, synth } from './synth.ts';

const { service } = synth({ frontDoor: HTTP_API });

test('when the front door is an HTTP API, then there is no load balancer and no network to pay for', () => {
  for (const type of ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'AWS::EC2::VPC', 'AWS::EC2::NatGateway'])
    service.resourceCountIs(type, 0);
});

test('when somebody calls, then every path and method goes to the function, unauthenticated, and no preflight is answered before it', () => {
  expect(resource(service, 'AWS::ApiGatewayV2::Route').Properties).toMatchObject({ RouteKey: '$default', AuthorizationType: 'NONE' });
  expect(resource(service, 'AWS::ApiGatewayV2::Api').Properties.CorsConfiguration).toBeUndefined();
  expect(resource(service, 'AWS::ApiGatewayV2::Integration').Properties).toMatchObject({
    IntegrationType: 'AWS_PROXY',
    PayloadFormatVersion: '2.0',
  });
});

test('when too many call, then they are refused before they cost a call of the function; all are logged', () => {
  const { StageName, DefaultRouteSettings, AccessLogSettings } = resource(service, 'AWS::ApiGatewayV2::Stage').Properties;
  expect(StageName).toBe('live');
  expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
  expect(JSON.parse(AccessLogSettings.Format)).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
});

test('when it is deployed, then it prints where the API is', () => {
  const { Value } = service.findOutputs('Url').Url ?? {};
  expect(Value['Fn::Join'][1].at(0)).toBe('https://');
  expect(Value['Fn::Join'][1].at(-1)).toBe('/live');
});
