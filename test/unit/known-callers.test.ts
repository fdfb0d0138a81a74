import { knownCallers } from '../../src/http/known-callers.ts';
import type { Caller } from '../../src/shared/actor.ts';
import { at } from '../support/clock.ts';

const HOUR_MS = 3_600_000;
const ann: Caller = {
  kind: 'person',
  id: 'ann',
  rights: new Set(),
  groups: [],
  scopes: [],
  expiresAt: new Date(Date.now() + HOUR_MS),
};

test('when credentials were found good less than a minute ago, then their caller is known', async () => {
  const known = knownCallers();
  known.add('Bearer of-ann', ann);

  const found = await at(Date.now() + 59_000, async () => known.find('Bearer of-ann'));

  expect(found).toBe(ann);
});

test('when they were found good a minute ago, then they are to be verified again', async () => {
  const known = knownCallers();
  known.add('Bearer of-ann', ann);

  const found = await at(Date.now() + 61_000, async () => known.find('Bearer of-ann'));

  expect(found).toBeUndefined();
});

test('when a thousand callers are known and another comes, then the one verified longest ago is forgotten', () => {
  const known = knownCallers();
  for (let caller = 0; caller < 1_000; caller++) known.add(`Bearer ${caller}`, ann);
  known.add('Bearer 0', ann); // verified again, so that it is the latest

  known.add('Bearer 1000', ann);

  expect([known.find('Bearer 0'), known.find('Bearer 1'), known.find('Bearer 2')]).toEqual([ann, undefined, ann]);
});
