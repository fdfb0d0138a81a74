import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message as one delivery hands it out. */
export interface Message {
  /** Stays the same for each delivery, also among the dead letters. */
  id: string;
  body: string;
}

/** A message that was taken and is hidden from others for a while. */
export interface TakenMessage extends Message {
  /** What this delivery's message is extended and removed by. */
  receipt: string;
}

export interface Taking {
  /** 1–10. */
  atMost: number;
  /** How long to wait for the first message, 0–20. */
  waitSeconds: number;
  /** How long others don't see what was taken, 0–43,200. */
  hiddenSeconds: number;
}

/** The port to a queue. Every method throws `unavailable` when it does not answer. */
export interface Queue {
  /** Its name: the last part of its URL. */
  name: string;
  take(taking: Taking): Promise<TakenMessage[]>;
  /** Hides a taken message for so many seconds from now; 0 gives it back. */
  hide(message: TakenMessage, seconds: number): Promise<void>;
  remove(message: TakenMessage): Promise<void>;
  /** @param delaySeconds until which nobody sees it; SQS allows 0–900. */
  send(body: string, delaySeconds?: number): Promise<void>;
  /** About how many messages it holds, the hidden and the delayed among them. */
  count(): Promise<number>;
  /** The queue that this one's undeliverable messages go to; undefined when it has none. */
  deadLetters(): Promise<Queue | undefined>;
}

const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;

/** @param url of the queue. */
export function sqsQueue(client: SQSClient, url: string): Queue {
  const QueueUrl = url;
  return {
    name: url.split('/').at(-1) ?? url,
    async take({ atMost, waitSeconds, hiddenSeconds }) {
      const receive = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: atMost,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: hiddenSeconds,
      });
      const { Messages = [] } = await client.send(receive);
      return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({ id: MessageId, receipt: ReceiptHandle, body: Body }));
    },
    async hide({ receipt }, seconds) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receipt, VisibilityTimeout: seconds }));
    },
    async remove({ receipt }) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
    },
    async send(body, delaySeconds = 0) {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, DelaySeconds: delaySeconds }));
    },
    async count() {
      const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] }));
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
    async deadLetters() {
      const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }));
      const policy = JSON.parse(Attributes?.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string };
      // arn:aws:sqs:<region>:<account>:<name>
      const [QueueName, QueueOwnerAWSAccountId] = policy.deadLetterTargetArn?.split(':').reverse() ?? [];
      if (!QueueName) return undefined;
      const found = await client.send(new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId }));
      return sqsQueue(client, String(found.QueueUrl));
    },
  };
}
