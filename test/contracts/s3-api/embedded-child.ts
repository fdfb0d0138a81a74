import { startObjectStore } from '../../../src/local/object-store/index.ts';

// A store in a process of its own, to be killed. Tells its endpoint, or why it has none.
try {
  const store = await startObjectStore({ folder: process.argv[2], accessKeyId: 'test', secretAccessKey: 'test' });
  process.once('SIGTERM', () => store.close());
  process.stdout.write(`${store.endpoint}\n`);
} catch (error) {
  process.stdout.write(`${error}\n`);
  process.exitCode = 1;
}
