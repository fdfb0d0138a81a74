import { readJobConfig } from '../config.ts';
import { buildJobs } from '../jobs.ts';
import { scheduled } from '../lambda/scheduled.ts';
import { createLogger } from '../shared/log.ts';

const config = readJobConfig(process.env);

export const handler = scheduled(buildJobs(config, createLogger(config.logLevel)).sweep);
