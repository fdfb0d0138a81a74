import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdBody } from './body.ts';
import type { S3EventMessage } from './events.ts';
import { serve } from './server.ts';
import { Signer } from './sigv4.ts';
import { Store } from './store.ts';

export type { S3EventMessage, S3EventRecord } from './events.ts';

export interface ObjectStoreOptions {
  /** Absent: a temporary folder, removed on close. */
  folder?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The one that signatures have to be made for; default us-east-1. */
  region?: string;
  /** Answers a missing key as AWS answers a caller without `s3:ListBucket`. */
  missingKeyIs403?: boolean;
  /** Told of every object made or removed, after the fact. Must not throw. */
  onEvent?: (event: S3EventMessage) => void;
}

export interface ObjectStore {
  endpoint: string;
  /** Breaks off what is under way; nothing half-written becomes visible. Calling it again is harmless. */
  close(): Promise<void>;
}

/** Starts an S3-compatible store on a folder. @throws Error when another process uses that folder, or the port is taken */
export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
  const { accessKeyId, secretAccessKey, region = 'us-east-1', host = '127.0.0.1', port = 0, missingKeyIs403 = false, onEvent } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'object-store-')));
  const store = await Store.open(folder, { region, missingKeyIs403, onEvent });
  const keys = { accessKeyId, region, signer: new Signer(accessKeyId, secretAccessKey, region) };
  const underWay = new Set<Promise<void>>();
  const handle = (message: IncomingMessage, response: ServerResponse) => {
    const served = serve(store, keys, message, response);
    underWay.add(served);
    void served.finally(() => underWay.delete(served));
  };
  // Uploads take as long as they take; idle connections stay open about as long as S3's do.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 20_000 }, handle);
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
    holdBody(message, () => response.writeContinue());
    handle(message, response);
  });
  const remove = async () => {
    store.close();
    if (options.folder === undefined) await rm(folder, { recursive: true });
  };
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    await remove();
    throw error;
  }
  const address = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await Promise.allSettled(underWay);
    await remove();
  };
  let closed: Promise<void> | undefined;
  return {
    endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
