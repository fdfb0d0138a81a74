import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The machine's own Chromium; nothing is installed for the tests. @throws when there must be one (`REQUIRE_BROWSER=1`) */
function findChromium(): string | undefined {
  const found = [process.env.CHROMIUM, ...PLACES].find((place) => place && existsSync(place));
  if (found) return found;
  const trouble = `There is no Chromium at ${PLACES.join(' or ')}, nor at $CHROMIUM: apt-get install chromium.`;
  if (process.env.REQUIRE_BROWSER === '1') throw new Error(trouble);
  process.stderr.write(`\n${'!'.repeat(100)}\n!!! BROWSER TESTS ARE SKIPPED. ${trouble}\n${'!'.repeat(100)}\n\n`);
  return undefined;
}

export const CHROMIUM = findChromium();

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium with a profile of its own. @param detours where connections to an address really lead. */
export function startChromium(detours: [from: string, to: string][]): Promise<Browser> {
  const rules = detours.map(([from, to]) => `MAP ${new URL(from).host} ${new URL(to).host}`);
  return chromium.launch({ executablePath: String(CHROMIUM), args: [...FLAGS, `--host-resolver-rules=${rules.join(',')}`] });
}
