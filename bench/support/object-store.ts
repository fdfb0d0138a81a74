import { startObjectStore } from '../../src/local/object-store/index.ts';

/** The embedded store in a process of its own; it tells its parent where it is. */
const { endpoint } = await startObjectStore({ accessKeyId: 'bench', secretAccessKey: 'bench-secret' });
process.send?.(endpoint);
