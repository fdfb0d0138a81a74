import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { systemActor } from '../../src/shared/actor.ts';
import { isProblem, Problem } from '../../src/shared/errors.ts';
import type { S3Event } from '../../src/shared/s3-event.ts';
import { at } from '../support/clock.ts';
import { image } from '../support/images.ts';
import { Died, type MortalProcess, mortalProcess } from '../support/mortal.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { expectWhole } from '../support/photos.ts';
import { startService, type TestService } from '../support/service.ts';
import { Stage } from '../support/stage.ts';
import { expectNothingOf, ofPng, rowOf, smuggle } from '../support/uploads.ts';

const US = systemActor('test');
const RUNS = 200;
const EIGHT_DAYS_MS = 8 * 24 * 60 * 60 * 1000;

let service: TestService;
let bytes: Buffer;
let page: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
  page = Buffer.alloc(bytes.length, '<html>');
});
afterAll(() => service.close());

type Action = 'form' | 'declare' | 'send photo' | 'send page' | 'complete' | 'change' | 'delete' | 'deliver';

/** What is done to a photo, or with one of the events that were not dealt with for good yet. */
interface Step {
  action: Action;
  /** Effects after which the process dies that does it. */
  effects: number;
  /** Which of the events. */
  event: number;
  /** Whether the queue delivers it again, although it was dealt with. */
  again: boolean;
}

/** What happens at once, and in which order the effects of it. */
interface Beat {
  steps: Step[];
  order: number[];
}

const beatOf = (...actions: Action[]): fc.Arbitrary<Beat> =>
  fc.record({
    steps: fc.array(
      fc.record({
        action: fc.constantFrom(...actions),
        effects: fc.oneof({ weight: 3, arbitrary: fc.constant(Number.POSITIVE_INFINITY) }, { weight: 1, arbitrary: fc.nat(6) }),
        event: fc.nat(9),
        again: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    order: fc.array(fc.nat(2), { maxLength: 20 }),
  });
/** It begins with a photo that is added, which others may get in the way of at once. */
const history = fc
  .tuple(
    fc.oneof(beatOf('form', 'delete', 'change'), beatOf('declare', 'delete'), beatOf('form', 'declare')),
    fc.array(beatOf('send photo', 'send photo', 'send page', 'complete', 'change', 'delete', 'deliver', 'deliver', 'deliver'), {
      maxLength: 6,
    }),
  )
  .map(([first, rest]) => [first, ...rest]);

/** A photo, what its user was told of it, and the events of its objects. */
class World {
  readonly userId = randomUUID();
  readonly photoId = uuidv7();
  begun: 'form' | 'upload' | undefined;
  declared = false;
  sent: Buffer | undefined;
  added = false;
  /** `tried`: whoever did it died, and may have got anywhere. */
  deleted: 'no' | 'tried' | 'yes' = 'no';
  /** Titles that it may have. */
  readonly titles = new Set<string | undefined>([undefined]);
  #waiting: S3Event[] = [];
  readonly #all: S3Event[] = [];

  /** What has to be there in the end, once every event was delivered: no photo lost, none back from the dead. */
  get outcome(): 'photo' | 'nothing' | 'either' {
    const isPhoto = this.begun === 'form' || this.sent === bytes;
    if (this.deleted === 'yes' || !isPhoto) return 'nothing';
    return this.deleted === 'no' && (this.added || this.declared) ? 'photo' : 'either';
  }

  /** Does things at once, each in a process of its own. */
  async play({ steps, order }: Beat): Promise<void> {
    const stage = new Stage(order);
    await stage.play(steps.map((step) => () => this.#do(step, () => stage.turn())));
    this.#collect();
  }

  /** Delivers what is left, then all there ever was once more, until there is nothing new. */
  async deliverAll(): Promise<void> {
    await this.#drain();
    this.#waiting = this.#all.toReversed();
    await this.#drain();
  }

  async #drain(): Promise<void> {
    for (let event = this.#waiting.pop(); event; event = this.#waiting.pop()) {
      await mortalProcess(service).onPhotoEvent(event, UNHURRIED);
      this.#collect();
    }
  }

  #collect(): void {
    const happened = service.events.takeAll(this.photoId);
    this.#waiting.push(...happened);
    this.#all.push(...happened);
  }

  async #do({ action, effects, event, again }: Step, turn: () => Promise<void>): Promise<void> {
    const process = mortalProcess(service, effects, turn);
    try {
      if (action === 'deliver') await this.#deliver(event, again, process);
      else await DO[action](this, process);
    } catch (error) {
      if (!(error instanceof Died) && !(error instanceof Problem)) throw error;
    }
  }

  async #deliver(event: number, again: boolean, { onPhotoEvent }: MortalProcess): Promise<void> {
    const delivered = this.#waiting[event % this.#waiting.length];
    if (!delivered) return;
    await onPhotoEvent(delivered, UNHURRIED);
    if (!again) this.#waiting = this.#waiting.filter((waiting) => waiting !== delivered);
  }
}

const DO: Record<Exclude<Action, 'deliver'>, (world: World, process: MortalProcess) => Promise<void>> = {
  async form(world, { photos }) {
    if (world.begun) return; // an id is used once
    world.begun = 'form';
    await photos.addPhoto(US, { userId: world.userId, bytes, metadata: {} }, world.photoId);
    world.added = true;
  },
  async declare(world, { uploads }) {
    if (world.begun) return;
    world.begun = 'upload';
    await uploads.createUpload(US, world.userId, { ...ofPng(bytes), method: 'PUT', metadata: {} }, world.photoId);
    world.declared = true;
  },
  'send photo': (world) => send(world, bytes),
  'send page': (world) => send(world, page),
  async complete(world, { uploads }) {
    const { status } = await uploads.completeUpload(US, world);
    world.added ||= status === 'ready';
  },
  async change(world, { photos }) {
    const title = randomUUID();
    world.titles.add(title);
    await photos.changeMetadata(US, world, { title });
    world.titles.delete(undefined);
  },
  async delete(world, { photos }) {
    const before = world.deleted;
    if (before === 'no') world.deleted = 'tried';
    try {
      await photos.deletePhoto(US, world);
      world.deleted = 'yes';
    } catch (error) {
      if (isProblem(error, 'not-found') && world.deleted === 'tried') world.deleted = before;
      throw error;
    }
  },
};

async function send(world: World, file: Buffer): Promise<void> {
  if (!world.declared || world.sent) return;
  world.sent = file;
  await smuggle(service, world, file);
}

/** The sweep, when all that is pending has expired. */
async function sweepLater(): Promise<void> {
  const { parts } = await at(Date.now() + EIGHT_DAYS_MS, () => service.jobs.sweep(UNHURRIED));
  for (const part of parts) expect(part).toMatchObject({ failed: 0, isThrough: true });
}

async function expectOutcome(world: World): Promise<void> {
  const row = await rowOf(service, world);
  const isThere = world.outcome === 'either' ? row !== undefined : world.outcome === 'photo';
  if (!isThere) {
    expect(row).toBeUndefined();
    return expectNothingOf(service, world);
  }
  await expectWhole(service, world, bytes);
  expect([...world.titles]).toContain(row?.metadata.title);
}

test('when anything happens in any order, late, again and at once, and processes die half way, then a photo ends as its user was told', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (beats) => {
      const world = new World();
      for (const beat of beats) await world.play(beat);
      await world.deliverAll();
      if (world.outcome === 'photo') await expectOutcome(world);
      await sweepLater();
      await expectOutcome(world);
      await mortalProcess(service).photos.deleteAllPhotos(US, world.userId);
      await expectNothingOf(service, world);
    }),
    { numRuns: RUNS },
  );
}, 300_000);
