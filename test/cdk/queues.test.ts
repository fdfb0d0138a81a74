import { type Json, resource, synth } from './synth.ts';

const { data, service } = synth({ processPhoto: { timeoutSeconds: 100, maxConcurrency: 7 } });
const DAY = 24 * 60 * 60;
const queues = [
  { name: 'Photos', consumer: 'ProcessPhoto', prefixes: ['uploads/', 'originals/'], maxConcurrency: 7 },
  { name: 'Imports', consumer: 'ImportUsers', prefixes: ['imports/'], maxConcurrency: 2 },
];

describe.each(queues)('the queue of $name', ({ name, consumer, prefixes, maxConcurrency }) => {
  const { Properties: queue } = resource(data, 'AWS::SQS::Queue', `${name}EventsQueue`);

  test('when its function is at work, then nobody else gets the message: 6 times as long as that may take', () => {
    const { Timeout } = resource(service, 'AWS::Lambda::Function', `Functions${consumer}`).Properties;
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout);
  });

  test('when a message fails, then it is tried 5 times before it is a dead letter; both wait for days, encrypted', () => {
    expect(queue.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
    expect(queue).toMatchObject({ MessageRetentionPeriod: 4 * DAY, SqsManagedSseEnabled: true });
    const { Properties: deadLetters } = resource(data, 'AWS::SQS::Queue', `${name}EventsDeadLetters`);
    expect(deadLetters).toMatchObject({ MessageRetentionPeriod: 14 * DAY, SqsManagedSseEnabled: true });
  });

  test('when anybody but its own bucket sends, or without TLS, then it is refused', () => {
    const { Statement } = resource(data, 'AWS::SQS::QueuePolicy', `${name}EventsQueuePolicy`).Properties.PolicyDocument;
    const allowed = Statement.filter(({ Effect }: Json) => Effect === 'Allow');
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({ Action: 'sqs:SendMessage', Principal: { Service: 's3.amazonaws.com' } });
    expect(JSON.stringify(allowed[0].Condition.ArnEquals['aws:SourceArn'])).toContain(`:s3:::photoform-test-${name.toLowerCase()}-`);
    expect(allowed[0].Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  test('when an object arrives under its prefixes, and nowhere else, then the bucket tells the queue, which it waited for', () => {
    const { Properties, DependsOn } = resource(data, 'AWS::S3::Bucket', name);
    const told = Properties.NotificationConfiguration.QueueConfigurations;
    expect(told.map(({ Event }: Json) => Event)).toEqual(prefixes.map(() => 's3:ObjectCreated:*'));
    expect(told.map(({ Filter }: Json) => Filter.S3Key.Rules)).toEqual(prefixes.map((Value) => [{ Name: 'prefix', Value }]));
    expect(DependsOn).toContainEqual(expect.stringMatching(new RegExp(`^${name}EventsQueuePolicy`)));
  });

  test('when messages wait, then they come one by one, at most so many at once, and a failed one alone comes again', () => {
    const { Properties } = resource(service, 'AWS::Lambda::EventSourceMapping', `Triggers${consumer}`);
    expect(Properties).toMatchObject({
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: maxConcurrency },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(JSON.stringify(Properties.EventSourceArn)).toContain(`${name}EventsQueue`);
    expect(Properties.FunctionName).toEqual({ Ref: expect.stringMatching(new RegExp(`^Functions${consumer}`)) });
  });

  test('when its function is held back, then by the mapping, not by concurrency of its own, which would use up tries', () => {
    const { Properties } = resource(service, 'AWS::Lambda::Function', `Functions${consumer}`);
    expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
  });
});

test('when an hour is over, then the sweep runs, and a failed run waits for the next hour', () => {
  const { Properties } = resource(service, 'AWS::Events::Rule');
  expect(Properties.ScheduleExpression).toBe('rate(1 hour)');
  expect(Properties.Targets[0].Arn['Fn::GetAtt'][0]).toMatch(/^FunctionsSweep/);
  expect(resource(service, 'AWS::Lambda::EventInvokeConfig').Properties.MaximumRetryAttempts).toBe(0);
});
