import { sealedCursors } from '../../src/http/cursor.ts';

const [OLD, NEW] = ['an-old-secret-of-32-bytes-or-more-1', 'a-new-secret-of-32-bytes-or-more-22'];
const SCOPE = { route: '/v1/users/:userId/photos', query: { userId: 'ann', status: 'ready' }, actor: 'person:ann' };
const DAY_MS = 24 * 60 * 60 * 1000;

describe('sealed cursors', () => {
  test('when one is opened where it was sealed for, then it gives its position, and shows nothing of it', () => {
    const cursors = sealedCursors([NEW]);
    for (const position of ['', 'x', '0190-写真-📷', 'x'.repeat(1_000)]) {
      const sealed = cursors.seal(position, SCOPE);
      expect(cursors.open(sealed, SCOPE)).toBe(position);
      expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
      if (position.length > 4) expect(Buffer.from(sealed, 'base64url').includes(position)).toBe(false);
    }
  });

  test('when the same position is sealed twice, then the cursors differ', () => {
    const cursors = sealedCursors([NEW]);
    expect(cursors.seal('x', SCOPE)).not.toBe(cursors.seal('x', SCOPE));
  });

  test('when a day has passed, then it is refused; a millisecond before, not', () => {
    let now = 1_800_000_000_000;
    const cursors = sealedCursors([NEW], () => now);
    const sealed = cursors.seal('x', SCOPE);
    now += DAY_MS - 1;
    expect(cursors.open(sealed, SCOPE)).toBe('x');
    now += 1;
    expect(() => cursors.open(sealed, SCOPE)).toThrow(/over a day old/);
  });

  test('when secrets are rotated, then old cursors open until the old secret goes', () => {
    const sealed = sealedCursors([OLD]).seal('x', SCOPE);
    expect(sealedCursors([NEW, OLD]).open(sealed, SCOPE)).toBe('x');
    expect(() => sealedCursors([NEW]).open(sealed, SCOPE)).toThrow(/cursor/);
    expect(sealedCursors([NEW]).open(sealedCursors([NEW, OLD]).seal('y', SCOPE), SCOPE)).toBe('y');
  });

  test.each([
    ['another route', { ...SCOPE, route: '/v1/users' }],
    ['another query', { ...SCOPE, query: { userId: 'ann', status: 'pending' } }],
    ['another user', { ...SCOPE, query: { userId: 'bob', status: 'ready' } }],
    ['another actor', { ...SCOPE, actor: 'person:bob' }],
    ['a machine of the same name', { ...SCOPE, actor: 'machine:ann' }],
  ])('when it is opened for %s, then it is refused', (_what, scope) => {
    const cursors = sealedCursors([NEW]);
    expect(() => cursors.open(cursors.seal('x', SCOPE), scope)).toThrow(/cursor/);
  });

  test('when any bit is flipped, or bytes are added or lost, then it is refused as input, whatever it is', () => {
    const cursors = sealedCursors([NEW]);
    const sealed = Buffer.from(cursors.seal('x', SCOPE), 'base64url');
    const bent = Array.from({ length: sealed.length * 8 }, (_, bit) => {
      const copy = Buffer.from(sealed);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy;
    });
    for (let length = 0; length < sealed.length; length++) bent.push(sealed.subarray(0, length));
    for (const each of [...bent, Buffer.concat([sealed, Buffer.alloc(1)])])
      expect(() => cursors.open(each.toString('base64url'), SCOPE)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});
