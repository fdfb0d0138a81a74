import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { newIssuerKey } from './issuer.ts';
import { kept } from './kept.ts';

/** Where `npm run dev` keeps everything. */
export const DATA_FOLDER = '.data';
export const DEFAULT_PORT = 3000;
export const DEV_AUDIENCE = 'photoform';
/** The embedded store's only credentials. They open nothing but a laptop's own store, which listens on loopback alone. */
export const STORE_CREDENTIALS = { accessKeyId: 'photoform', secretAccessKey: 'photoform-on-a-laptop' };

/**
 * The ports of one installation: the service, and behind it the issuer and the object store.
 * @param port the service's, as `PORT` says it.
 */
export function ports(port = ''): { service: number; issuer: number; objects: number } {
  const service = port === '' ? DEFAULT_PORT : Number(port);
  const isPort = Number.isInteger(service) && service >= 1 && service <= 65_533;
  if (!isPort) throw new Error('PORT must be a whole number from 1 to 65533: the two ports after it are used as well.');
  return { service, issuer: service + 1, objects: service + 2 };
}

/** The issuer's key: kept, so that a token made before the service starts, or before it restarts, is good. */
export function issuerKey(folder = DATA_FOLDER): Promise<JWK> {
  return kept(join(folder, 'issuer-key.json'), newIssuerKey);
}

/** What `SECRET_KEYS` is when nobody set it: kept, so that cursors outlive a restart. */
export function secretKeys(folder = DATA_FOLDER): Promise<string> {
  return kept(join(folder, 'secret-keys.json'), () => randomBytes(32).toString('base64url'));
}

/** Whom tokens are for: the first audience of several. @param audience as `AUTH_AUDIENCE` says it. */
export function audienceOf(audience = ''): string {
  return audience.split(',')[0]?.trim() || DEV_AUDIENCE;
}
