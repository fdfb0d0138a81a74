import { timeLeft, withDeadline } from '../../src/shared/deadline.ts';
import { Problem } from '../../src/shared/errors.ts';

const never = () => new Promise<never>(() => {});

test('when work is late, then it is unavailable', async () => {
  await expect(withDeadline(5, never)).rejects.toMatchObject({ code: 'unavailable' });
});

test('when there is no time, then work is not even begun', async () => {
  let isBegun = false;
  const work = async () => {
    isBegun = true;
  };
  await expect(withDeadline(0, work)).rejects.toBeInstanceOf(Problem);
  await expect(withDeadline(-1, work)).rejects.toBeInstanceOf(Problem);
  expect(isBegun).toBe(false);
});

test('when a long budget is within a short one, then it ends first, and who set the short one hears of it', async () => {
  const heard = await withDeadline(200, async () => {
    expect(timeLeft()).toBeLessThanOrEqual(200);
    return withDeadline(60_000, never).catch((error: Problem) => error.code);
  });
  expect(heard).toBe('unavailable');
});
