import { readJobConfig } from '../config.ts';
import { buildConsumers } from '../consumers.ts';
import { sqsBatch } from '../lambda/sqs-batch.ts';
import { keepHeapLean } from '../shared/lean-heap.ts';
import { createLogger } from '../shared/log.ts';

keepHeapLean();
const config = readJobConfig(process.env);
const { consumers } = buildConsumers(['imports'], config, createLogger(config.logLevel));

export const handler = sqsBatch(consumers.imports.deliver);
