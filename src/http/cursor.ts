import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalidInput } from '../shared/errors.ts';
import { deriveKeys } from '../shared/secrets.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NONCE = 12;
const TAG = 16;

/** What a cursor is good for: one route, one query, one actor. */
export interface CursorScope {
  route: string;
  query: unknown;
  actor: string;
}

export interface Cursors {
  /** Seals a position for a day. */
  seal(position: string, scope: CursorScope): string;
  /** @throws `invalid-input` for a cursor that is altered, old, another's, or of another query. */
  open(cursor: string, scope: CursorScope): string;
}

/** Cursors sealed with AES-256-GCM: the scope is authenticated with them, so a position can't be read, moved or borrowed. */
export function sealedCursors(secrets: string[], now: () => number = Date.now): Cursors {
  const keys = deriveKeys(secrets, 'cursors');
  const context = ({ route, query, actor }: CursorScope) => Buffer.from(JSON.stringify([route, query, actor]));

  const unseal = (key: Buffer, sealed: Buffer, scope: CursorScope): { position: string; expires: number } | undefined => {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(context(scope)).setAuthTag(sealed.subarray(-TAG));
    const plain = decipher.update(sealed.subarray(NONCE, -TAG));
    try {
      decipher.final();
    } catch {
      return undefined; // not sealed with this key, or not for this scope
    }
    return JSON.parse(plain.toString());
  };

  return {
    seal(position, scope) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', keys[0] as Buffer, nonce, { authTagLength: TAG });
      const body = cipher.setAAD(context(scope)).update(JSON.stringify({ position, expires: now() + DAY_MS }));
      return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(cursor, scope) {
      const sealed = Buffer.from(cursor, 'base64url');
      const isWhole = sealed.length > NONCE + TAG && sealed.toString('base64url') === cursor;
      for (const key of isWhole ? keys : []) {
        const opened = unseal(key, sealed, scope);
        if (opened && opened.expires > now()) return opened.position;
      }
      throw invalidInput({ path: '/cursor', message: 'is not a cursor of this list, or is over a day old: start again without one' });
    },
  };
}
