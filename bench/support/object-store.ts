import { startObjectStore } from '../../src/local/object-store/index.ts';

/** The embedded store in a process of its own; it tells its parent where it is. */
const { endpoint } = await startObjectStore({ accessKeyId: 'bench', secretAccessKey: 'bench-secret' });
if (process.send) process.send(endpoint);
else process.stdout.write(`${endpoint}\n`);
