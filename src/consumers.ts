import { ConfigError, type JobConfig } from './config.ts';
import { buildJobs } from './jobs.ts';
import { type Deliver, deliverer } from './queues/deliver.ts';
import type { Queue } from './queues/queue.ts';
import type { Credentials } from './shared/aws.ts';
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
  const { queues, sweep, failures, close, ...jobs } = buildJobs(config, log, { credentials });
  const handlers = { photos: jobs.onPhotoEvent, imports: jobs.onImportEvent };

  const consumerOf = (name: N): Consumer[] => {
    const queue = queues[name];
    return queue ? [{ name, queue, deliver: deliverer(handlers[name], queue, failures, log) }] : [];
  };
  const consumers = names.flatMap(consumerOf);
  const missing = names.filter((name) => !queues[name]).map((name) => `  ${name.toUpperCase()}_QUEUE_URL: is not set`);
  if (missing.length > 0) throw new ConfigError(`These settings are wrong (.env.example explains each):\n${missing.join('\n')}`);

  return {
    consumers: Object.fromEntries(consumers.map((consumer) => [consumer.name, consumer])) as Record<N, Consumer>,
    sweep,
    failures,
    close,
  };
}
