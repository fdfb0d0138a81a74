import { type EngineName, engineName } from './engine.ts';
import { LOCALSTACK } from './localstack-differences.ts';

interface Difference {
  engine: EngineName;
  /** The test's title, whole. */
  test: string;
  why: string;
}

/** Where another engine is known to answer otherwise than AWS does. Whatever isn't listed here has to pass on each. */
export const knownDifferences: Difference[] = Object.entries(LOCALSTACK).flatMap(([why, tests]) =>
  tests.map((test): Difference => ({ engine: 'localstack', test, why })),
);

/** A test of the contract: run on every engine, but for the differences listed above, which are told of loudly. */
export function contract(title: string, run: () => Promise<void>): void {
  const difference = knownDifferences.find((known) => known.engine === engineName && known.test === title);
  if (!difference) {
    test(title, run);
    return;
  }
  process.stderr.write(`\nKNOWN DIFFERENCE, skipped on ${engineName}: ${title}\n  because ${difference.why}\n`);
  // biome-ignore lint/suspicious/noSkippedTests: the one place that skips, and only what is listed with its reason
  test.skip(title, run);
}

/** Tests of what only our own store promises. */
export const describeEmbedded: (title: string, define: () => void) => void = (title, define) => {
  if (engineName === 'embedded') describe(title, define);
  else contractless(title);
};

function contractless(title: string): void {
  process.stderr.write(`\nNOT RUN on ${engineName}: ${title} (only our own store promises it)\n`);
  // biome-ignore lint/suspicious/noSkippedTests: nothing of this file is part of the S3 contract
  test.skip(title, () => {});
}
