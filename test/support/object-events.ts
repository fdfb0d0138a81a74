import { EventEmitter, once } from 'node:events';
import { createdObjects, type S3Event } from '../../src/shared/s3-event.ts';

export { UNHURRIED } from '../../src/shared/event-handler.ts';

/** Events of a store, which nobody is told of until a test takes them. */
export class ObjectEvents {
  readonly #held: { key: string; event: S3Event }[] = [];
  readonly #happened = new EventEmitter();

  readonly onEvent = (event: S3Event): void => {
    for (const { key } of createdObjects(event)) this.#held.push({ key, event });
    this.#happened.emit('event');
  };

  /** All events that were not taken yet of objects whose keys have this in them. */
  takeAll(inKey: string): S3Event[] {
    const taken = this.#held.filter(({ key }) => key.includes(inKey));
    for (const held of taken) this.#held.splice(this.#held.indexOf(held), 1);
    return taken.map(({ event }) => event);
  }

  /** The earliest event of an object's making that was not taken yet; waits for it to happen. */
  async next(key: string): Promise<S3Event> {
    for (;;) {
      const index = this.#held.findIndex((held) => held.key === key);
      const [taken] = index < 0 ? [] : this.#held.splice(index, 1);
      if (taken) return taken.event;
      await once(this.#happened, 'event');
    }
  }
}
