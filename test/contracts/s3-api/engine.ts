import { startObjectStore } from '../../../src/local/object-store/index.ts';

export type EngineName = 'embedded' | 'localstack';

/** Something that speaks the S3 API, and the one key it knows. */
export interface Engine {
  name: EngineName;
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  stop(): Promise<void>;
}

const external = process.env.ENGINE_S3_ENDPOINT;

/** Which engine the suite runs on: ours, unless ENGINE_S3_ENDPOINT names another. */
export const engineName = (external ? (process.env.ENGINE_S3_NAME ?? 'localstack') : 'embedded') as EngineName;

const keys = { accessKeyId: 'test', secretAccessKey: 'test', region: 'us-east-1' };

export async function startEngine(): Promise<Engine> {
  if (external) return { name: engineName, endpoint: external, ...keys, stop: async () => {} };
  const store = await startObjectStore(keys);
  return { name: engineName, endpoint: store.endpoint, ...keys, stop: () => store.close() };
}
