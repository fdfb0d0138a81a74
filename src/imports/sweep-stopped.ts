import { systemActor } from '../shared/actor.ts';
import type { S3Event } from '../shared/s3-event.ts';
import type { Finding, SweepPart } from '../shared/sweep.ts';
import type { StoppedImport, StoppedImports } from './stopped.ts';

/** Records that one page looks at. */
const PAGE = 100;

/**
 * Imports whose message was lost are set going again; those whose file never came are given up.
 * @param send brings an event to whoever handles those of the import bucket.
 */
export function stoppedSweep(imports: StoppedImports, send: (event: S3Event) => Promise<void>): SweepPart {
  const job = systemActor('sweep');

  function findingOf(stopped: StoppedImport): Finding {
    const { record, hasFile } = stopped;
    if (!hasFile) return { action: 'give up import', target: record.importId, mend: () => imports.giveUp(job, stopped) };
    return {
      action: 'restart import',
      target: record.importId,
      // one message too many does nothing, as the handler knows a finished import, and one at work
      async mend() {
        await send(imports.restart(record));
        return true;
      },
    };
  }

  return {
    name: 'stopped imports',
    async look(after) {
      const { looked, stopped, next } = await imports.find(job, PAGE, after);
      return { looked, findings: stopped.map(findingOf), next };
    },
  };
}
