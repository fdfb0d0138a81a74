import { readFileSync } from 'node:fs';
import { ENV } from '../../src/env-names.ts';

const compose = readFileSync(new URL('../../compose.yaml', import.meta.url), 'utf8');
const SDK = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

/** Names of settings under a heading of the file, as `x-settings`. */
function settingsUnder(heading: string): string[] {
  const [block = ''] = compose.split(`\n${heading}:`)[1]?.split(/\n(?=\S)/) ?? [];
  return [...block.matchAll(/^ {2}([A-Z0-9_]+): /gm)].map(([, name]) => String(name));
}

test.each(['x-settings', 'x-api-settings'])('when compose.yaml sets something under %s, then it is a setting that there is', (heading) => {
  const names = settingsUnder(heading);
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => ![...ENV, ...SDK].includes(name))).toEqual([]);
});

test('when compose.yaml publishes a port, then on 127.0.0.1 alone', () => {
  const published = [...compose.matchAll(/ports: \[(.*)\]/g)].map(([, ports]) => String(ports));
  expect(published).toHaveLength(4);
  for (const ports of published) expect(ports).toMatch(/^['"]127\.0\.0\.1:[^,]+['"]$/);
});

test('when compose.yaml takes an image that others made, then of one tag', () => {
  const images = [...compose.matchAll(/^ +image: (\S+)/gm)].map(([, image]) => String(image));
  for (const image of images.filter((name) => !name.startsWith('photoform'))) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
});
