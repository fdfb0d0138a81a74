const { jest } = import.meta;

/** What `work` does when the clock says `now`; timers go on as they are. */
export async function at<T>(now: number, work: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'setInterval'], now });
  return work().finally(() => jest.useRealTimers());
}

/** What `work` did so many seconds ago. */
export const ago = <T>(seconds: number, work: () => Promise<T>): Promise<T> => at(Date.now() - seconds * 1000, work);
