import type { SQSBatchItemFailure, SQSHandler } from 'aws-lambda';
import type { Deliver } from '../queues/deliver.ts';
import { turnOf } from './turn.ts';

/**
 * A Lambda handler for a queue, one message after the other. Its event source mapping must have `ReportBatchItemFailures`: else all
 * messages of a batch count as settled, whatever this answers.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function sqsBatch(deliver: Deliver): SQSHandler {
  return async ({ Records }, context) => {
    const turn = turnOf(context);
    const batchItemFailures: SQSBatchItemFailure[] = [];
    for (const { messageId, body } of Records) {
      if (!(await deliver({ id: messageId, body }, turn))) batchItemFailures.push({ itemIdentifier: messageId });
    }
    return { batchItemFailures };
  };
}
