import { deadlineSignal, withDeadline } from '../../src/shared/deadline.ts';

test('when work asks for the signal after its budget is spent, then the signal is aborted already', async () => {
  const [ended, late] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean | undefined>()];
  const work = async () => {
    await ended.promise;
    late.resolve(deadlineSignal()?.aborted);
  };

  await expect(withDeadline(1, work)).rejects.toMatchObject({ code: 'unavailable' });
  ended.resolve();

  expect(await late.promise).toBe(true);
});

test('when work ends in time, then what of it is still going on is aborted', async () => {
  let signal: AbortSignal | undefined;

  await withDeadline(10_000, async () => {
    signal = deadlineSignal();
  });

  expect(signal?.aborted).toBe(true);
});
