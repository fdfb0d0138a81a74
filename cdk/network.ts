import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Place } from './service-function.ts';
import type { Stage } from './settings.ts';

/** Two zones, as a load balancer wants them. Public subnets come first and have sizes of their own: private ones don't move them. */
export class Network extends Construct {
  readonly vpc: Vpc;
  /** Where functions run: absent, they run outside of the VPC. */
  readonly place: Place | undefined;

  constructor(scope: Construct, id: string, { privateNetwork, logDays }: Pick<Stage, 'privateNetwork' | 'logDays'>) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      maxAzs: 2,
      natGateways: privateNetwork ? 1 : 0,
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        ...(privateNetwork ? [{ name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 }] : []),
      ],
    });
    this.vpc.addFlowLog('Refused', {
      destination: FlowLogDestination.toCloudWatchLogs(new LogGroup(this, 'FlowLogs', { retention: logDays })),
      trafficType: FlowLogTrafficType.REJECT,
    });
    this.place = privateNetwork ? this.makePlace() : undefined;
  }

  /** S3, DynamoDB and SQS by endpoints; identity provider, secrets and logs through the one NAT. Nothing but HTTPS leaves. */
  private makePlace(): Place {
    const { vpc } = this;
    const functions = new SecurityGroup(this, 'Functions', { vpc, description: 'Photoform functions: HTTPS out', allowAllOutbound: false });
    functions.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'AWS and the identity provider');
    for (const name of ['S3', 'DYNAMODB'] as const) vpc.addGatewayEndpoint(name, { service: GatewayVpcEndpointAwsService[name] });

    const sqs = new SecurityGroup(this, 'Sqs', { vpc, description: 'SQS: HTTPS from Photoform functions', allowAllOutbound: false });
    sqs.addIngressRule(functions, Port.HTTPS, 'Photoform functions');
    new InterfaceVpcEndpoint(this, 'SqsEndpoint', {
      vpc,
      service: InterfaceVpcEndpointAwsService.SQS,
      subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [sqs],
      open: false,
    });
    return { vpc, securityGroups: [functions] };
  }
}
