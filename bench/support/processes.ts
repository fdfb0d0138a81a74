import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Running {
  url: string;
  stop(): Promise<void>;
}

async function running(child: ChildProcess, address: RegExp): Promise<Running> {
  child.stderr?.pipe(process.stderr);
  const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  const [, found = ''] = address.exec(String(line)) ?? [];
  return {
    url: found.startsWith('http') ? found : `http://127.0.0.1:${found}`,
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** DynamoDB in a process of its own. */
export function startDynamoDbProcess(): Promise<Running> {
  return running(spawn(process.execPath, ['bench/support/dynamodb-process.ts']), /(http\S+)/);
}

/** The embedded object store in a process of its own. */
export function startObjectStoreProcess(): Promise<Running> {
  return running(spawn(process.execPath, ['bench/support/object-store.ts']), /(http\S+)/);
}

/** A table that takes everything and keeps nothing, in a process of its own. */
export function startNullTable(): Promise<Running> {
  return running(spawn(process.execPath, ['bench/support/null-table.ts']), /(http\S+)/);
}

/** The service as it runs in production, in a process of its own. @param flags for Node.js, a profiler's, say. */
export function startServiceProcess(env: Record<string, string>, flags: string[] = []): Promise<Running> {
  const child = spawn(process.execPath, [...flags, 'src/main/server.ts'], {
    env: { ...process.env, ...env, LOG_LEVEL: 'info', PORT: '0' },
  });
  return running(child, /"port":(\d+)/);
}
