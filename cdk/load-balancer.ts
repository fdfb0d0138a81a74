import { Annotations, Aws, CfnOutput, Stack } from 'aws-cdk-lib';
import { Certificate, CertificateValidation, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  HttpCodeElb,
  HttpCodeTarget,
  ListenerAction,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type Alias, CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { PERIOD } from './alarms.ts';
import { Firewall } from './firewall.ts';
import { ALB_LOGS } from './log-bucket.ts';
import type { FrontDoorSettings, Stage } from './settings.ts';
import type { FrontDoor } from './watching.ts';

/** The account that AWS's documents use. */
const EXAMPLE_ACCOUNT = ':111122223333:';

export type LoadBalancerSettings = Extract<FrontDoorSettings, { kind: 'load-balancer' }>;

interface LoadBalancerProps {
  stage: Stage;
  settings: LoadBalancerSettings;
  vpc: IVpc;
  api: Alias;
  logs: IBucket;
}

/** HTTPS for the world, which ends here; the app alone says who may do what. */
export class LoadBalancer extends Construct implements FrontDoor {
  readonly url: string;
  readonly requests: IMetric;
  readonly errors: IMetric;
  readonly latency: IMetric;
  private readonly loadBalancer: ApplicationLoadBalancer;

  constructor(scope: Construct, id: string, { stage, settings, vpc, api, logs }: LoadBalancerProps) {
    super(scope, id);
    const { domainName, healthCheck, firewall } = settings;
    this.url = `https://${domainName}`;
    this.loadBalancer = new ApplicationLoadBalancer(this, 'Alb', { vpc, internetFacing: true, dropInvalidHeaderFields: true });
    this.loadBalancer.setAttribute('access_logs.s3.enabled', 'true');
    this.loadBalancer.setAttribute('access_logs.s3.bucket', logs.bucketName);
    this.loadBalancer.setAttribute('access_logs.s3.prefix', ALB_LOGS);
    acknowledge(this.loadBalancer, 'AwsSolutions-EC23', 'It is the public front door; only 443 is open, and 80 to redirect to it.');

    new ApplicationListener(this, 'Https', {
      loadBalancer: this.loadBalancer,
      protocol: ApplicationProtocol.HTTPS,
      sslPolicy: SslPolicy.TLS13_12_RES_PQ,
      certificates: [this.certificate(settings)],
      defaultTargetGroups: [this.targetGroup(`photoform-${stage.name}`, api, healthCheck)],
    });
    const redirect = ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true });
    new ApplicationListener(this, 'Http', { loadBalancer: this.loadBalancer, protocol: ApplicationProtocol.HTTP, defaultAction: redirect });
    this.requests = this.loadBalancer.metrics.requestCount({ period: PERIOD });
    this.errors = this.allErrors();
    const seconds = this.loadBalancer.metrics.targetResponseTime({ statistic: Stats.p(99), period: PERIOD });
    this.latency = new MathExpression({ expression: 'seconds * 1000', usingMetrics: { seconds }, label: 'p99', period: PERIOD });
    if (firewall) new Firewall(this, 'Firewall', { loadBalancer: this.loadBalancer, ...firewall });
    new CfnOutput(this, 'Dns', { value: this.loadBalancer.loadBalancerDnsName, description: `What ${domainName} must lead to (CNAME)` });
  }

  /** The app's own, and the 502s of a function that did not answer. */
  private allErrors(): IMetric {
    const { metrics } = this.loadBalancer;
    const usingMetrics = {
      app: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: PERIOD }),
      door: metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: PERIOD }),
    };
    return new MathExpression({ expression: 'FILL(app, 0) + FILL(door, 0)', usingMetrics, label: '5xx', period: PERIOD });
  }

  /** By ARN, or made and kept valid by records in the hosted zone, which then leads here too. */
  private certificate({ domainName, certificateArn, hostedZone }: LoadBalancerSettings): ICertificate {
    if (certificateArn?.includes(EXAMPLE_ACCOUNT)) {
      Annotations.of(this).addWarningV2('photoform:example-certificate', "cdk/stages.ts still has the example's certificate: put in yours");
    }
    const zone =
      hostedZone && HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: hostedZone.id, zoneName: hostedZone.name });
    const target = RecordTarget.fromAlias(new LoadBalancerTarget(this.loadBalancer));
    if (zone) new ARecord(this, 'Address', { zone, recordName: domainName, target });
    return certificateArn === undefined
      ? new Certificate(this, 'Certificate', { domainName, validation: CertificateValidation.fromDns(zone) })
      : Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
  }

  /** CDK's own Lambda target would let any load balancer of any account call: CloudFormation asks the function before the group has an ARN. */
  private targetGroup(targetGroupName: string, api: Alias, enabled: boolean): ApplicationTargetGroup {
    const permission = new CfnPermission(this, 'Invoke', {
      action: 'lambda:InvokeFunction',
      functionName: api.functionArn,
      principal: 'elasticloadbalancing.amazonaws.com',
      sourceAccount: Aws.ACCOUNT_ID,
      sourceArn: Stack.of(this).formatArn({
        service: 'elasticloadbalancing',
        resource: 'targetgroup',
        resourceName: `${targetGroupName}/*`,
      }),
    });
    const group = new ApplicationTargetGroup(this, 'Targets', {
      targetGroupName,
      targetType: TargetType.LAMBDA,
      targets: [{ attachToApplicationTargetGroup: () => ({ targetType: TargetType.LAMBDA, targetJson: { id: api.functionArn } }) }],
      multiValueHeadersEnabled: true,
      healthCheck: enabled ? { enabled, path: '/health' } : { enabled },
    });
    group.node.addDependency(permission);
    return group;
  }
}
