import { build, docker, startContainer } from './containers.ts';

/** Where images under test listen, in the network that they share with a laptop's engines. */
export const PORTS = { server: 4000, lambda: 8080 };

export interface Laptop {
  /** `docker run`'s argument that puts a container where the engines are at 127.0.0.1. */
  network: string;
  /** Settings that lead a service to the engines. */
  env: Record<string, string>;
  /** Where a port of the shared network is reached from here. */
  url(port: number): Promise<string>;
  /** @param args as `npm run token` takes them. */
  token(...args: string[]): Promise<string>;
  /** What a URL of the shared network leads to. */
  fetchInside(url: string): Promise<Buffer>;
}

const FETCH = 'process.stdout.write(Buffer.from(await (await fetch(process.argv[1])).arrayBuffer()).toString("base64"))';

/** `npm run dev` in a container: engines and an issuer for images of a deployment to run on. */
export async function startLaptop(): Promise<Laptop> {
  const published = Object.values(PORTS).map((port) => `--publish=127.0.0.1::${port}`);
  const dev = await startContainer({}, ...published, await build('tools'), 'node', 'src/main/dev.ts', '--memory');
  await dev.whenSaid('DynamoDB; any key');
  const [, storage = '', bucket = '', key = '', secret = ''] =
    /Storage: +(\S+) +\(S3; bucket ([^,]+), key ([^,]+), secret ([^,]+),/.exec(dev.said()) ?? [];
  const [, tables = ''] = /Tables: +(\S+)/.exec(dev.said()) ?? [];
  return {
    network: `--network=container:${dev.id}`,
    env: {
      AUTH_ISSUER: 'http://127.0.0.1:3001/',
      AUTH_ALGORITHM: 'ES256',
      AUTH_AUDIENCE: 'photoform',
      SECRET_KEYS: 'a-secret-of-the-test-suite-that-is-long-enough',
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: secret,
      DYNAMODB_ENDPOINT: tables,
      S3_ENDPOINT: storage,
      PHOTOS_BUCKET: bucket,
    },
    url: dev.url,
    token: (...args) => docker('exec', dev.id, 'node', 'src/main/token.ts', ...args),
    fetchInside: async (url) => Buffer.from(await docker('exec', dev.id, 'node', '--input-type=module', '--eval', FETCH, url), 'base64'),
  };
}
