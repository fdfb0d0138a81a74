export interface Tokens {
  person: string;
  admin: string;
}

/** Tokens of the development issuer, which gives one to whoever asks. @param issuer where it listens. */
export async function tokensFrom(issuer: string, person: string): Promise<Tokens> {
  const ask = async (json: object) => {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    }).catch((error: Error) => {
      throw new Error(
        `No development issuer answers at ${issuer} (${error.cause ?? error}). Name one with --issuer, or give --token and --admin-token.`,
      );
    });
    if (!answer.ok) throw new Error(`${issuer}/token answers ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  return { person: await ask({ sub: person }), admin: await ask({ sub: `${person}-admin`, groups: ['admins'] }) };
}

/** Where `npm run dev` and compose have their issuer: on the port after the service's. */
export function issuerBeside(url: string): string {
  const beside = new URL(url);
  beside.port = String(Number(beside.port || 80) + 1);
  return beside.origin;
}
