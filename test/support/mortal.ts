import { photoEventHandler } from '../../src/photos/events.ts';
import { photoOperations } from '../../src/photos/operations.ts';
import { photoProcessor } from '../../src/photos/process.ts';
import { uploadFinisher } from '../../src/photos/uploads/finish.ts';
import { uploadOperations } from '../../src/photos/uploads/operations.ts';
import { piecesOf } from './finishers.ts';
import type { TestService } from './service.ts';

/** What ends a process in the middle of its work. */
export class Died extends Error {}

type Method = (...args: never[]) => Promise<unknown>;

/** A port of a process that dies before its next effect once it has had so many. */
function mortal<P extends object>(port: P, live: () => Promise<void>): P {
  const methods = Object.entries(port as Record<string, Method>).map(([name, method]) => [
    name,
    async (...args: never[]) => {
      await live();
      return method(...args);
    },
  ]);
  return Object.fromEntries(methods) as P;
}

/**
 * All that a process can do with photos, until it has had so many effects; then it is dead for good.
 * @param turn is waited for before each effect.
 */
export function mortalProcess(service: TestService, effects = Number.POSITIVE_INFINITY, turn = async () => {}) {
  let left = effects;
  const live = async () => {
    await turn();
    if (left-- <= 0) throw new Died('the process died');
  };
  const { photos: store, bucket: objects, uploads: quarantine, ...tools } = piecesOf(service);
  const [photos, bucket, uploads] = [mortal(store, live), mortal(objects, live), mortal(quarantine, live)];
  const inSlot = <T>(work: () => Promise<T>) => work();
  const finisher = uploadFinisher(photos, bucket, uploads, tools, inSlot);
  return {
    photos: photoOperations(photos, bucket, tools),
    uploads: uploadOperations(photos, bucket, uploads, finisher, service.config.limits),
    onPhotoEvent: photoEventHandler(finisher, photoProcessor(photos, bucket, tools, inSlot)),
  };
}

export type MortalProcess = ReturnType<typeof mortalProcess>;
