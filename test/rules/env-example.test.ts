import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.ts';
import { ENV } from '../../src/env-names.ts';

const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
const settings = lines.flatMap((line, index) => {
  const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
  return name === undefined ? [] : [{ name, value: value ?? '', why: lines[index - 1] ?? '' }];
});

test('when .env.example is read, then it has every setting once, in the order of env-names.ts', () => {
  expect(settings.map(({ name }) => name)).toEqual([...ENV]);
});

test.each(settings)('when $name is looked up, then a line says why it is there', ({ why }) => {
  expect(why).toMatch(/^# \S.{10,}/);
});

test('when .env.example is taken as it is, with an issuer and a secret, then it is a valid configuration with the default values', () => {
  const required = { AUTH_ISSUER: 'https://issuer.example.com/', SECRET_KEYS: 'x'.repeat(32) };
  const example = { ...Object.fromEntries(settings.map(({ name, value }) => [name, value])), ...required };
  const defaults = readConfig({ ...required, AUTH_AUDIENCE: 'photoform' });
  expect(readConfig(example)).toEqual({ ...defaults, corsOrigins: ['https://app.example.com', 'http://localhost:5173'] });
});
