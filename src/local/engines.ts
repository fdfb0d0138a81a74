import { join } from 'node:path';
import { startDynamoDb } from './dynamodb.ts';
import { STORE_CREDENTIALS } from './laptop.ts';
import { type S3EventMessage, startObjectStore } from './object-store/index.ts';

export interface Engines {
  dynamodb: string;
  objects: string;
  credentials: typeof STORE_CREDENTIALS;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Where data is kept; absent, nothing outlives the process. */
  folder?: string;
  objectsPort?: number;
  /** Told of every object made or removed, as S3 tells it. */
  onEvent?: (event: S3EventMessage) => void;
}

/** The embedded engines behind the AWS SDK. */
export async function startEngines({ folder, objectsPort = 0, onEvent }: EngineOptions = {}): Promise<Engines> {
  // the object store first: it says at once when another process has the folder open, where dynalite would hang
  const objects = await startObjectStore({
    ...STORE_CREDENTIALS,
    port: objectsPort,
    ...(folder && { folder: join(folder, 'objects') }),
    ...(onEvent && { onEvent }),
  });
  const dynamodb = await startDynamoDb({ ...(folder && { folder: join(folder, 'tables') }) });
  return {
    dynamodb: dynamodb.endpoint,
    objects: objects.endpoint,
    credentials: STORE_CREDENTIALS,
    close: async () => void (await Promise.all([objects.close(), dynamodb.close()])),
  };
}
