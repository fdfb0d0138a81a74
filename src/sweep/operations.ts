import { eachInFlight, IN_FLIGHT } from '../shared/batches.ts';
import type { Turn } from '../shared/event-handler.ts';
import type { Logger } from '../shared/log.ts';
import type { Finding, SweepPart, SweepReport, SweptPart } from '../shared/sweep.ts';
import type { SweepMarks } from './store.ts';

/** Pages that one run looks at in each part: the next run goes on behind them. */
const PAGES = 20;
/** Left alone at the end of a turn, for what is at work then. */
const RESERVE_MS = 5_000;

/** Mends what crashes, lost events and forsaken uploads leave behind, a bounded piece of it each time. */
export function sweeper(parts: SweepPart[], marks: SweepMarks, log: Logger) {
  async function mend(swept: SweptPart, { action, target, mend }: Finding): Promise<void> {
    const about = { part: swept.part, action, target };
    try {
      if (!(await mend())) return; // it has changed since it was found
      swept.mended += 1;
      log.info(about, 'swept');
    } catch (error) {
      swept.failed += 1;
      log.error({ ...about, err: error }, 'not swept');
    }
  }

  async function sweepPages(swept: SweptPart, { name, look }: SweepPart, hasTime: () => boolean, dryRun: boolean): Promise<void> {
    let after = await marks.get(name);
    for (let page = 0; page < PAGES && hasTime(); page++) {
      const { looked, findings, next } = await look(after);
      swept.looked += looked;
      swept.found.push(...findings.map(({ action, target }) => ({ action, target })));
      if (!dryRun) {
        await eachInFlight(IN_FLIGHT, findings, async (finding) => {
          if (hasTime()) await mend(swept, finding);
        });
        if (!hasTime()) return; // this page is looked at again
        await marks.set(name, next);
      }
      swept.isThrough = next === undefined;
      if (swept.isThrough) return;
      after = next;
    }
  }

  return {
    /**
     * One run. Trouble in one part keeps none of the others from theirs.
     * @param options.dryRun finds all that it would mend, and changes nothing, its own marks neither.
     */
    async sweep(turn: Turn, { dryRun = false }: { dryRun?: boolean } = {}): Promise<SweepReport> {
      const report: SweepReport = { dryRun, parts: [] };
      for (const [index, part] of parts.entries()) {
        const swept: SweptPart = { part: part.name, looked: 0, found: [], mended: 0, failed: 0, isThrough: false };
        report.parts.push(swept);
        // its share of the time, so that a long part does not starve those after it
        const shareMs = (turn.remainingMs() - RESERVE_MS) / (parts.length - index);
        const begun = Date.now();
        const hasTime = () => Date.now() - begun < shareMs;
        try {
          await sweepPages(swept, part, hasTime, dryRun);
        } catch (error) {
          swept.failed += 1;
          log.error({ part: part.name, err: error }, 'not swept');
        }
      }
      return report;
    },
  };
}
