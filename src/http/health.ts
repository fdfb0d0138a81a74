import { withDeadline } from '../shared/deadline.ts';
import { Problem } from '../shared/errors.ts';
import { publicRoute, type Route } from './route.ts';

const KEPT_MS = 3_000;
const TIMEOUT_MS = 2_000;

/** What readiness depends on; each rejects while it does not answer. */
export type Checks = Record<'tables' | 'buckets' | 'keys', () => Promise<unknown>>;

/** Which of them fails is the answer; why is not the caller's to know. */
async function inTime(check: () => Promise<unknown>): Promise<boolean> {
  try {
    await withDeadline(TIMEOUT_MS, check);
    return true;
  } catch {
    return false;
  }
}

/** `/health`: the process lives. `/ready`: what it depends on answers; a result is kept for some seconds, so that probes cost nothing. */
export function healthRoutes(checks: Checks): Route[] {
  let last: { at: number; failing: Promise<string[]> } | undefined;
  const ask = async () => {
    const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => ({ name, isUp: await inTime(check) })));
    return results.filter(({ isUp }) => !isUp).map(({ name }) => name);
  };
  return [
    publicRoute('/health', (_request, response) => void response.json({ status: 'ok' })),
    publicRoute('/ready', async (_request, response) => {
      if (!last || Date.now() - last.at > KEPT_MS) last = { at: Date.now(), failing: ask() };
      const failing = await last.failing;
      if (failing.length > 0) throw new Problem('unavailable', `Not ready: ${failing.join(', ')}.`, { retryAfter: 3 });
      response.json({ status: 'ready' });
    }),
  ];
}
