import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { EventQueue } from './queues.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Stage } from './settings.ts';
import type { StatefulStack } from './stateful.ts';

interface TriggersProps {
  stage: Stage;
  data: StatefulStack;
  functions: Functions;
}

/** What sets the functions off that nobody calls: messages, and the clock. */
export class Triggers extends Construct {
  constructor(scope: Construct, id: string, { stage, data, functions }: TriggersProps) {
    super(scope, id);
    this.consume(functions.importUsers, data.imports.events, stage.importUsers.maxConcurrency);
    this.consume(functions.processPhoto, data.photos.events, stage.processPhoto.maxConcurrency);

    const { fn } = functions.sweep;
    // the next hour's run is the retry
    fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(10) });
    new Rule(this, 'Hourly', { schedule: Schedule.rate(Duration.hours(1)), targets: [new LambdaFunction(fn)] });
  }

  /** One message at a time: each is a photo or a file. Held back here, not by reserved concurrency: throttled tries would count as failed. */
  private consume(consumer: ServiceFunction, { queue }: EventQueue, maxConcurrency: number): void {
    consumer.mayConsume(queue);
    new EventSourceMapping(this, `${consumer.node.id}Messages`, {
      target: consumer.fn,
      eventSourceArn: queue.queueArn,
      batchSize: 1,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}
