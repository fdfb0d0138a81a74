/** Tests are TypeScript modules, run as such: swc strips the types, Node's own loader does the rest. */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // `npm run test:browser` runs these: they take a Chromium
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/'],
  testTimeout: 20_000,
  // every core: a test waits for engines about as long as it computes
  maxWorkers: '100%',
};
