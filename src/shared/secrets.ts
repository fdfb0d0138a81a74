import { hkdfSync } from 'node:crypto';

/**
 * One 256-bit key per secret, for one purpose (HKDF-SHA-256, RFC 5869), so that what one purpose leaks opens nothing of another.
 * @param secrets newest first, each at least 32 bytes: the first seals, all of them open, so that secrets can be rotated.
 */
export function deriveKeys(secrets: string[], purpose: string): Buffer[] {
  return secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `photoform/${purpose}`, 32)));
}
