import type { Context } from 'aws-lambda';
import type { Turn } from '../shared/event-handler.ts';

/** The time that an invocation has. */
export function turnOf(context: Context): Turn {
  return { remainingMs: () => context.getRemainingTimeInMillis() };
}
