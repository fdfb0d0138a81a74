const KNOWN_FOR_MS = 5_000;
const TIMEOUT_MS = 3_000;

async function fetchJson(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}

/**
 * A probe that resolves when the issuer serves its discovery document and a key set (OpenID Connect Discovery §4), and rejects when
 * it doesn't. A result is kept for some seconds and shared, so that a flood of bad tokens becomes no flood at the issuer.
 */
export function identityProviderProbe(issuer: string): () => Promise<void> {
  let last: { at: number; result: Promise<void> } | undefined;
  const ask = async () => {
    const discovery = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { keys } = await fetchJson(String(discovery.jwks_uri));
    if (!Array.isArray(keys) || keys.length === 0) throw new Error('the key set is empty');
  };
  return () => {
    if (!last || Date.now() - last.at > KNOWN_FOR_MS) last = { at: Date.now(), result: ask() };
    return last.result;
  };
}

/** Resolves once the issuer has been seen to serve its keys, and from then on: tokens are good while the keys are kept. */
export function seenOnce(probe: () => Promise<void>): () => Promise<void> {
  let isSeen = false;
  return async () => {
    if (isSeen) return;
    await probe();
    isSeen = true;
  };
}
