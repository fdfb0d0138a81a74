import { randomBytes } from 'node:crypto';
import { decodePhoto } from '../../src/photos/base64.ts';

describe('a photo in base64', () => {
  const lengths = Array.from({ length: 70 }, (_, index) => index + 1);
  test('when any bytes are written in any of the ways, then they come back', () => {
    for (const length of lengths) {
      const bytes = randomBytes(length);
      const text = bytes.toString('base64');
      const ways = [
        text,
        text.replace(/=+$/, ''),
        text.replace(/(.{4})/g, '$1\n'),
        text.replace(/(.)/g, '\r\n$1'),
        `${text}\r\n`,
        `data:image/png;base64,${text}`,
        `DATA:;BASE64,${text}`,
        `data:text/plain;charset=utf-8;base64,\n${text}`,
      ];
      for (const way of ways) expect([way, decodePhoto(way).toString('hex')]).toEqual([way, bytes.toString('hex')]);
    }
  });

  test('when one character is cut off the end, then it is refused, or else the text was only padding', () => {
    for (const length of lengths) {
      const text = randomBytes(length).toString('base64');
      const cut = text.slice(0, -1);
      if (text.endsWith('==')) expect(() => decodePhoto(cut)).toThrow(/cut off/);
      else if (!text.endsWith('=')) expect(() => decodePhoto(cut.slice(0, -2))).toThrow(/cut off/);
      else expect(decodePhoto(cut)).toHaveLength(length);
    }
  });

  test('when any one character is not of the alphabet, then it is refused, wherever it is', () => {
    const text = randomBytes(12).toString('base64');
    for (const stray of ['-', '_', '*', ' ', '\t', '\0', 'é', '\u00a0', '\u2028', ',', ':', '"'])
      for (let at = 0; at < text.length; at++)
        expect(() => decodePhoto(`${text.slice(0, at)}${stray}${text.slice(at + 1)}`)).toThrow(/base64|cut off|bits/);
  });

  test('when there is padding before the end, then it is refused', () => {
    for (let at = 0; at < 15; at++) expect(() => decodePhoto(`${'A'.repeat(at)}=${'A'.repeat(15 - at)}`)).toThrow(/base64/);
  });

  test.each([
    ['', 'empty'],
    ['\n', 'empty'],
    ['=', 'cut off|empty'],
    ['====', 'not base64|cut off|empty'],
    ['data:,', 'not one in base64'],
    ['data:image/png;base64', 'not one in base64'],
    ['data:image/png,AAAA', 'not one in base64'],
    ['data:image/png;base64,', 'empty'],
    [`data:${'x'.repeat(1_000)};base64,AAAA`, 'not one in base64'],
    ['data:image/png;base64,data:image/png;base64,AAAA', 'not base64'],
    ['A', 'cut off'],
    ['AAAAA', 'cut off'],
    ['AA=', 'cut off'],
    ['AAA==', 'cut off'],
    ['AAAA=', 'cut off'],
    ['AAAA====', 'not base64'],
    ['AB==', 'bits that belong to no byte'],
    ['AAB=', 'bits that belong to no byte'],
    ['AAB', 'bits that belong to no byte'],
  ])('when the text is «%s», then it is %s', (text, why) => {
    expect(() => decodePhoto(text)).toThrow(new RegExp(why));
  });

  test('when the text is long and bad at its very end, then that is found in no time', () => {
    const started = performance.now();
    expect(() => decodePhoto(`${'A'.repeat(6_000_000)}*`)).toThrow(/not base64/);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
