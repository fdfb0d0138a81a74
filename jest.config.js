/** Tests are TypeScript modules, run as such: swc strips the types, Node's own loader does the rest. */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // runs of their own, `npm run test:contracts` and so on: they are for ports alone, take a Chromium, wait for things to go wrong, need a queue or Docker,
  // start whole processes, or synthesise many stacks
  testPathIgnorePatterns: [
    '/node_modules/',
    ...['browser', 'cdk', 'contracts', 'faults', 'image', 'newcomer', 'queues'].map((name) => `<rootDir>/test/${name}/`),
  ],
  testTimeout: 20_000,
  // every core: a test waits for engines about as long as it computes
  maxWorkers: '100%',
};
