import { ConfigError, type JobConfig } from './config.ts';
import { buildJobs } from './jobs.ts';
import { type Deliver, deliverer } from './queues/deliver.ts';
import { type Queue, sqsQueue } from './queues/queue.ts';
import type { Credentials } from './shared/aws.ts';
import { queueClient } from './shared/aws-queues.ts';
import type { Logger } from './shared/log.ts';

export const QUEUES = ['photos', 'imports'] as const;
export type QueueName = (typeof QUEUES)[number];

/** A queue, and what is done with its messages. */
export interface Consumer {
  name: QueueName;
  queue: Queue;
  deliver: Deliver;
}

/**
 * The composition root of what takes messages off queues: jobs, and a queue for each kind of event.
 * @param names of the queues that this process takes messages from.
 * @param credentials for engines that know only theirs; absent, the SDK finds its own (environment, role).
 * @throws ConfigError naming each of these queues whose URL is not set.
 */
export function buildConsumers<N extends QueueName>(names: readonly N[], config: JobConfig, log: Logger, credentials?: Credentials) {
  const missing = names.filter((name) => !config.queues[name]).map((name) => `  ${name.toUpperCase()}_QUEUE_URL: is not set`);
  if (missing.length > 0) throw new ConfigError(`These settings are wrong (.env.example explains each):\n${missing.join('\n')}`);
  const { sweep, failures, close, ...jobs } = buildJobs(config, log, credentials);
  const client = queueClient({ ...config.aws, credentials });
  const handlers = { photos: jobs.onPhotoEvent, imports: jobs.onImportEvent };

  const consumer = (name: N): Consumer => {
    const queue = sqsQueue(client, String(config.queues[name]));
    return { name, queue, deliver: deliverer(handlers[name], queue, failures, log) };
  };

  return {
    consumers: Object.fromEntries(names.map((name) => [name, consumer(name)])) as Record<N, Consumer>,
    sweep,
    failures,
    close() {
      close();
      client.destroy();
    },
  };
}
