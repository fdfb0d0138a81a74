import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** What AWS advises for a Lambda that takes messages: a message is not shown again while the first try may still be at work. */
const VISIBILITY_PER_TIMEOUT = 6;
const MOST_TRIES = 5;

interface QueueProps {
  /** Whose events it takes. */
  bucketArn: string;
  /** How long its consumer may work on a message. */
  consumerSeconds: number;
}

/** A bucket's events on their way to their function, and beside it those that failed time and again. */
export class EventQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { bucketArn, consumerSeconds }: QueueProps) {
    super(scope, id);
    const kept = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, removalPolicy: RemovalPolicy.RETAIN };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...kept, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...kept,
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.seconds(consumerSeconds * VISIBILITY_PER_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MOST_TRIES },
    });
    this.letS3Send(bucketArn);
  }

  private letS3Send(bucketArn: string): void {
    const conditions = { ArnEquals: { 'aws:SourceArn': bucketArn }, StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        conditions,
      }),
    );
  }
}
