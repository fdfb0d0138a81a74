import { HTTP_API, type Json, resource, resources, synth } from './synth.ts';

const open = synth().service;
const closed = synth({ privateNetwork: true }).service;
const subnets = (template: typeof open, name: string) =>
  Object.entries(resources(template, 'AWS::EC2::Subnet'))
    .filter(([id]) => id.includes(name))
    .map(([id, { Properties }]) => ({ id, cidr: Properties.CidrBlock }));

test('when nothing is said, then functions run outside of the VPC, and there is no NAT to pay for', () => {
  for (const { Properties } of Object.values(resources(open, 'AWS::Lambda::Function'))) expect(Properties.VpcConfig).toBeUndefined();
  for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::VPCEndpoint']) open.resourceCountIs(type, 0);
  expect(subnets(open, 'Public')).toHaveLength(2);
  expect(subnets(open, 'Private')).toHaveLength(0);
});

test.each([{}, { frontDoor: HTTP_API }])(
  'when the network is private, then every function is in private subnets, behind one NAT (%j)',
  (more) => {
    const { service } = synth({ privateNetwork: true, ...more });
    service.resourceCountIs('AWS::EC2::NatGateway', 1);
    for (const { Properties } of Object.values(resources(service, 'AWS::Lambda::Function'))) {
      expect(Properties.VpcConfig.SubnetIds.map(({ Ref }: Json) => Ref)).toEqual(subnets(service, 'Private').map(({ id }) => id));
      expect(Properties.VpcConfig.SecurityGroupIds).toHaveLength(1);
    }
  },
);

test('when functions call AWS, then S3, DynamoDB and SQS without the NAT', () => {
  const endpoints = Object.values(resources(closed, 'AWS::EC2::VPCEndpoint')).map(({ Properties }) => Properties);
  const kinds = endpoints.map(({ ServiceName, VpcEndpointType }) => [
    JSON.stringify(ServiceName).match(/s3|dynamodb|sqs/)?.[0],
    VpcEndpointType,
  ]);
  expect(Object.fromEntries(kinds)).toEqual({ s3: 'Gateway', dynamodb: 'Gateway', sqs: 'Interface' });
  expect(endpoints.find(({ VpcEndpointType }) => VpcEndpointType === 'Interface')?.PrivateDnsEnabled).toBe(true);
});

test('when anything leaves a function, then it is HTTPS', () => {
  const { SecurityGroupEgress, SecurityGroupIngress } = resource(closed, 'AWS::EC2::SecurityGroup', 'NetworkFunctions').Properties;
  expect(SecurityGroupEgress).toEqual([expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' })]);
  expect(SecurityGroupIngress).toBeUndefined();
});

test('when the network becomes private, then the load balancer’s subnets stay as they are', () => {
  expect(subnets(closed, 'Public')).toEqual(subnets(open, 'Public'));
});
