import type { Handler } from 'aws-lambda';
import type { Turn } from '../shared/event-handler.ts';
import { turnOf } from './turn.ts';

/** A Lambda handler for a schedule: what it is told doesn't matter, only that it is time. */
export function scheduled(work: (turn: Turn) => Promise<unknown>): Handler<unknown, void> {
  return async (_event, context) => {
    await work(turnOf(context));
  };
}
