import { Aws } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, type IFilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { Alarms, PERIOD } from './alarms.ts';
import { Overview } from './dashboard.ts';
import type { Functions } from './functions.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Stage } from './settings.ts';
import type { StatefulStack } from './stateful.ts';

/** What a front door tells of itself, whichever it is. */
export interface FrontDoor {
  readonly url: string;
  readonly requests: IMetric;
  /** Answers of 5xx, the door's own included. */
  readonly errors: IMetric;
  /** How long the slowest answer in a hundred takes, in milliseconds. */
  readonly latency: IMetric;
}

interface WatchingProps {
  stage: Stage;
  data: StatefulStack;
  functions: Functions;
  frontDoor: FrontDoor;
}

/** What tells that something is wrong before a user does. */
export class Watching extends Construct {
  private readonly alarms: Alarms;

  constructor(scope: Construct, id: string, { stage, data, functions, frontDoor }: WatchingProps) {
    super(scope, id);
    this.alarms = new Alarms(this, 'Alarms', stage.alarmEmail === undefined ? undefined : this.topic(stage.alarmEmail));
    this.watchApi(frontDoor);
    this.watchFunctions(functions, stage);
    this.watchQueues(data, stage);
    this.watchTables(data);
    if (stage.dashboard) new Overview(this, 'Overview', { stage, data, functions, frontDoor, alarms: this.alarms.all });
  }

  private watchApi({ errors, latency }: FrontDoor): void {
    this.alarms.add('api-errors', '', { metric: errors, atLeast: 5, says: 'The API answers with 5xx.' });
    this.alarms.add('api-latency', '', { metric: latency, atLeast: 5_000, periods: 3, says: 'One answer in a hundred takes 5 seconds.' });
  }

  private watchFunctions({ api, importUsers, processPhoto, sweep }: Functions, stage: Stage): void {
    for (const [name, { fn }] of Object.entries({ api, importUsers, processPhoto, sweep })) {
      const metric = fn.metricThrottles({ period: PERIOD });
      this.alarms.add('throttles', name, { metric, atLeast: 1, says: `The function ${name} wants to run more often than it may.` });
    }
    this.watchSweep(sweep, stage);
    const rejected = this.counted('RejectedRows', importUsers, FilterPattern.numberValue('$.rejected', '>', 0), '$.rejected', stage);
    this.alarms.add('rejected-rows', '', { metric: rejected, atLeast: 1, says: 'An import rejected rows.' });
  }

  /** It goes on when something can't be mended, so that its function fails only with a crash; the rest it tells in its log. */
  private watchSweep(sweep: ServiceFunction, stage: Stage): void {
    const usingMetrics = {
      crashed: sweep.fn.metricErrors({ period: PERIOD }),
      told: this.counted('SweepErrors', sweep, FilterPattern.stringValue('$.level', '=', 'error'), '1', stage),
    };
    const metric = new MathExpression({ expression: 'FILL(crashed, 0) + FILL(told, 0)', usingMetrics, period: PERIOD });
    this.alarms.add('sweep-errors', '', { metric, atLeast: 1, says: 'The hourly sweep could not mend something.' });
  }

  /** A metric of what a function tells in its log. */
  private counted(
    metricName: string,
    { logs }: ServiceFunction,
    filterPattern: IFilterPattern,
    metricValue: string,
    { name }: Stage,
  ): IMetric {
    const filter = new MetricFilter(this, metricName, {
      logGroup: logs,
      filterPattern,
      metricNamespace: `Photoform/${name}`,
      metricName,
      metricValue,
    });
    return filter.metric(SUM);
  }

  private watchQueues({ photos, imports }: StatefulStack, { processPhoto, importUsers }: Stage): void {
    const queues = { photos: { ...photos.events, ...processPhoto }, imports: { ...imports.events, ...importUsers } };
    for (const [name, { queue, deadLetters, timeoutSeconds }] of Object.entries(queues)) {
      const dead = deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: PERIOD });
      this.alarms.add('dead-letters', name, { metric: dead, atLeast: 1, says: `An event of ${name} failed for good.` });
      const age = queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: PERIOD });
      // longer than two tries can take
      this.alarms.add('oldest-message', name, { metric: age, atLeast: timeoutSeconds * 12, says: `Events of ${name} wait too long.` });
    }
  }

  private watchTables({ tables }: StatefulStack): void {
    for (const name of ['users', 'photos', 'imports', 'requests'] as const) {
      const usingMetrics = {
        reads: tables[name].metric('ReadThrottleEvents', SUM),
        writes: tables[name].metric('WriteThrottleEvents', SUM),
      };
      const metric = new MathExpression({ expression: 'FILL(reads, 0) + FILL(writes, 0)', usingMetrics, period: PERIOD });
      this.alarms.add('table-throttles', name, { metric, atLeast: 10, says: `DynamoDB throttles the table of ${name}.` });
    }
  }

  /** With a policy of its own a topic lets nobody in that the policy doesn't name. */
  private topic(email: string): Topic {
    const topic = new Topic(this, 'Topic', { displayName: 'Photoform alarms', enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    return topic;
  }
}

const SUM = { statistic: Stats.SUM, period: PERIOD };
