import { type Container, startContainer } from './containers.ts';

/** The port of AWS's runtime interface emulator, whatever it runs. */
export const EMULATOR = 8080;

/** What a function has of its file system and its user, on Lambda. */
const AS_ON_LAMBDA = ['--read-only', '--tmpfs=/tmp', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

/** @param uid 993 is Lambda's own. */
export function startFunction(
  image: string,
  uid: number,
  env: Record<string, string>,
  args: string[],
  handler?: string,
): Promise<Container> {
  const command = handler ? [image, handler] : [image];
  return startContainer(env, ...AS_ON_LAMBDA, `--user=${uid}`, ...args, ...command);
}

/** Invokes a function by way of the emulator. @param url of the emulator. */
export async function invoke<Result>(url: string, event: object): Promise<Result> {
  const answer = await fetch(`${url}/2015-03-31/functions/function/invocations`, { method: 'POST', body: JSON.stringify(event) });
  return (await answer.json()) as Result;
}
