import { readFileSync } from 'node:fs';
import { HTTP_API, type Json, resource, resources, synth } from './synth.ts';

const { service } = synth({ alarmEmail: 'ops@example.com' });
const alarmsOf = (template: typeof service): Json[] =>
  Object.values(resources(template, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
const alarms = alarmsOf(service);
const runbook = readFileSync(new URL('../../cdk/RUNBOOK.md', import.meta.url), 'utf8');
const entries = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
const entryOf = ({ AlarmDescription }: Json): string => /\/cdk\/RUNBOOK\.md#([a-z-]+)$/.exec(AlarmDescription)?.[1] ?? '';
const watched = (entry: string) => JSON.stringify(alarms.filter((alarm) => entryOf(alarm) === entry));

test('when an alarm rings, then it leads to its entry in the runbook; and there is no entry without an alarm', () => {
  expect([...new Set(alarms.map(entryOf))].sort()).toEqual([...entries].sort());
});

test('when an alarm rings, then somebody is told', () => {
  for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^WatchingTopic/) }]);
  expect(resource(service, 'AWS::SNS::Subscription').Properties).toMatchObject({ Protocol: 'email', Endpoint: 'ops@example.com' });
  const { Statement } = resource(service, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument;
  expect(Statement).toContainEqual(
    expect.objectContaining({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
  );
});

test('when nobody is to be told, then alarms are there all the same', () => {
  const quiet = synth().service;
  quiet.resourceCountIs('AWS::SNS::Topic', 0);
  expect(alarmsOf(quiet)).toHaveLength(alarms.length);
});

test.each([
  ['api-errors', ['HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count']],
  ['api-latency', ['TargetResponseTime', 'p99']],
  ['throttles', ['FunctionsApi', 'FunctionsImportUsers', 'FunctionsProcessPhoto', 'FunctionsSweep', 'Throttles']],
  ['sweep-errors', ['FunctionsSweep', 'Errors', 'SweepErrors', 'Photoform/test']],
  ['dead-letters', ['PhotosEventsDeadLetters', 'ImportsEventsDeadLetters', 'ApproximateNumberOfMessagesVisible']],
  ['oldest-message', ['PhotosEventsQueue', 'ImportsEventsQueue', 'ApproximateAgeOfOldestMessage']],
  ['table-throttles', ['Tablesusers', 'Tablesphotos', 'Tablesimports', 'Tablesrequests', 'ReadThrottleEvents', 'WriteThrottleEvents']],
  ['rejected-rows', ['RejectedRows', 'Photoform/test']],
])('when %s is watched, then by %j', (entry, measured) => {
  for (const part of measured) expect(watched(entry)).toContain(part);
});

test('when a single event fails for good, then it is known', () => {
  for (const { Threshold, ComparisonOperator } of alarms.filter((alarm) => entryOf(alarm) === 'dead-letters')) {
    expect({ Threshold, ComparisonOperator }).toEqual({ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' });
  }
});

test.each([
  ['an import tells in its log that it rejected rows', 'RejectedRows', 'ImportUsers', '{ $.rejected > 0 }', '$.rejected'],
  ['the sweep tells in its log what it could not mend', 'SweepErrors', 'Sweep', '{ $.level = "error" }', '1'],
])('when %s, then they are counted', (_, name, of, pattern, value) => {
  const { FilterPattern, MetricTransformations, LogGroupName } = resource(service, 'AWS::Logs::MetricFilter', `Watching${name}`).Properties;
  expect(FilterPattern).toBe(pattern);
  expect(MetricTransformations).toEqual([{ MetricName: name, MetricNamespace: 'Photoform/test', MetricValue: value }]);
  expect(LogGroupName.Ref).toMatch(new RegExp(`^Functions${of}Logs`));
});

test('when the front door is an HTTP API, then its own errors and latency are watched', () => {
  const ofDoor = JSON.stringify(alarmsOf(synth({ frontDoor: HTTP_API }).service).filter((alarm) => entryOf(alarm).startsWith('api-')));
  for (const part of ['AWS/ApiGateway', '5xx', 'Latency', 'p99']) expect(ofDoor).toContain(part);
});

test('when somebody looks, then one screen shows alarms, requests, functions and queues; unless the stage wants none', () => {
  const pieces: Json[] = resource(service, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody['Fn::Join'][1];
  const body = pieces.filter((piece) => typeof piece === 'string').join('');
  for (const title of ['Alarms', 'Requests', '5xx', 'p99, ms', 'Throttles', 'Waiting', 'Dead letters']) {
    expect(body).toContain(`"title":"${title}"`);
  }
  synth({ dashboard: false }).service.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
});
