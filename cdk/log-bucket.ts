import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { PRIVATE } from './buckets.ts';

/** Where the load balancer writes its access logs in the log bucket. */
export const ALB_LOGS = 'alb';

/** Who called what: access logs of the load balancer and of the other buckets, for as long as all logs are kept. */
export class LogBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { days }: { days: number }) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', { ...PRIVATE, lifecycleRules: [{ id: 'logs', expiration: Duration.days(days) }] });
    // not by `logAccessLogs`, which wants a region known at synth, and would write the service's stack into this one
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects(`${ALB_LOGS}/AWSLogs/${Aws.ACCOUNT_ID}/*`)],
      }),
    );
    acknowledge(this.bucket, 'AwsSolutions-S1', 'This bucket holds the access logs; logging access to it would never end.');
  }
}
