import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsSettings, DeadlineHandler, tellTransientErrors } from './aws.ts';

/** Longer than the longest poll that SQS allows, 20 seconds. */
const REQUEST_MS = 25_000;

/** The client of queues: in a file of its own, so that the API, which sends no message, doesn't load it. */
export function queueClient({ region, sqsEndpoint, credentials }: AwsSettings & { sqsEndpoint?: string | undefined }): SQSClient {
  const client = new SQSClient({
    region,
    maxAttempts: 3,
    ...(credentials && { credentials }),
    // an engine of our own may call its queues by a name that leads elsewhere
    ...(sqsEndpoint && { endpoint: sqsEndpoint, useQueueUrlAsEndpoint: false }),
    requestHandler: new DeadlineHandler({ connectionTimeout: 1_000, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true }),
  });
  tellTransientErrors(client, 'The queue');
  return client;
}
