import type { S3Client } from '@aws-sdk/client-s3';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type ImportBucket, importBucket } from '../../src/imports/bucket.ts';
import { importHandler } from '../../src/imports/import-users.ts';
import type { RowTarget } from '../../src/imports/load.ts';
import { importRunner } from '../../src/imports/run.ts';
import { type ImportStore, importStore } from '../../src/imports/store.ts';
import { type ImportLease, importLease, LEASE_ID } from '../../src/imports/store-lease.ts';
import { systemActor } from '../../src/shared/actor.ts';
import { ifHeld } from '../../src/shared/aws.ts';
import type { EventHandler } from '../../src/shared/event-handler.ts';
import { importTarget } from '../../src/users/import-target.ts';
import { userStore } from '../../src/users/store.ts';
import type { UserInput } from '../../src/users/user.ts';
import type { TestService } from './service.ts';

/** What an importer works with. */
export interface Pieces {
  store: ImportStore;
  lease: ImportLease;
  bucket: ImportBucket;
  target: RowTarget<UserInput>;
}

/** The real ones, on the tables and the bucket of a service. */
export function piecesOf({ services, config }: TestService): Pieces {
  const { dynamodb, s3 } = services.clients;
  return {
    store: importStore(dynamodb, config.tables.imports),
    lease: importLease(dynamodb, config.tables.imports),
    bucket: importBucket(s3 as S3Client, config.buckets.imports),
    target: importTarget(userStore(dynamodb, config.tables.users), systemActor('test')),
  };
}

/** One more importer, as another process would have it; a test may step in between its pieces. */
export function anotherImporter(service: TestService, stepIn: (pieces: Pieces) => Partial<Pieces> = () => ({})): EventHandler {
  const real = piecesOf(service);
  const { store, lease, bucket, target } = { ...real, ...stepIn(real) };
  return importHandler(
    store,
    lease,
    importRunner({ store, bucket, target, limits: service.config.importLimits, log: service.services.log }),
  );
}

/** A bucket whose downloads come in small pieces, each told of before it is passed on, so that a small file takes many steps. */
export function inPieces(bucket: ImportBucket, bytes: number, passing: () => Promise<void> = async () => {}): ImportBucket {
  return {
    ...bucket,
    async open(key, etag) {
      const file = await bucket.open(key, etag);
      async function* read() {
        for await (const chunk of file.read())
          for (let from = 0; from < chunk.length; from += bytes) {
            await passing();
            yield chunk.subarray(from, from + bytes);
          }
      }
      return { ...file, read };
    },
  };
}

/** A minute passes: whoever holds the lease and says nothing has lost it. */
export async function runOutLease({ services, config }: TestService): Promise<void> {
  const update = new UpdateCommand({
    TableName: config.tables.imports,
    Key: { importId: LEASE_ID },
    UpdateExpression: 'SET heldUntil = :past',
    ConditionExpression: 'heldUntil > :past',
    ExpressionAttributeValues: { ':past': 1 },
  });
  await ifHeld(services.clients.dynamodb.send(update));
}

type Effect = (...args: never[]) => Promise<unknown>;

/** The process died: nothing that it was going to do happens any more. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** A process that dies at its n-th effect, before it or just after it. */
export class Mortal {
  #left: number;
  readonly #isAfter: boolean;

  constructor(dieAt: number, isAfter: boolean) {
    this.#left = dieAt;
    this.#isAfter = isAfter;
  }

  get isDead(): boolean {
    return this.#left <= 0;
  }

  async #do<T>(effect: () => Promise<T>): Promise<T> {
    if (this.isDead) throw new Died();
    this.#left -= 1;
    if (this.isDead && !this.#isAfter) throw new Died();
    const outcome = await effect();
    if (this.isDead) throw new Died();
    return outcome;
  }

  /** A piece all of whose methods count. */
  #counted<P extends object>(piece: P): P {
    const methods = Object.entries(piece).map(([name, method]) => [
      name,
      (...args: never[]) => this.#do(() => (method as Effect)(...args)),
    ]);
    return { ...piece, ...Object.fromEntries(methods) };
  }

  /** The pieces in the hands of this process. */
  readonly pieces = ({ store, lease, bucket, target }: Pieces): Pieces => ({
    store: this.#counted(store),
    lease: this.#counted(lease),
    bucket: {
      ...this.#counted({ ...bucket, open: inPieces(bucket, 300).open }),
      startRejects: (importId) => this.#counted(bucket.startRejects(importId)),
    },
    target: { ...target, put: (items) => this.#do(() => target.put(items)) },
  });
}
