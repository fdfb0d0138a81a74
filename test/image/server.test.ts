import { build, type Container, docker, endContainers, runContainer, startContainer } from './containers.ts';
import { postForm } from './journey.ts';
import { type Laptop, PORTS, startLaptop } from './laptop.ts';

/** As strict as it gets: nothing to write to, nobody it was made for, nothing it may do. */
const STRICT = ['--read-only', '--user=12345:12345', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

let image: string;
let laptop: Laptop;
let server: Container;
let url: string;
beforeAll(async () => {
  image = await build('server');
  laptop = await startLaptop();
  server = await startContainer({ ...laptop.env, PORT: String(PORTS.server) }, laptop.network, ...STRICT, image);
  await server.whenSaid('listening');
  url = await laptop.url(PORTS.server);
}, 600_000);
afterAll(endContainers);

/** The status of the image's own health check, run as Docker runs it. */
async function healthOf(container: string): Promise<number> {
  const [, ...command] = JSON.parse(await docker('inspect', '--format', '{{json .Config.Healthcheck.Test}}', container));
  return docker('exec', container, ...command).then(
    () => 0,
    ({ code }) => code,
  );
}

test('when it runs as a stranger on a read-only file system, then it is well and ready', async () => {
  const statuses = await Promise.all(['/health', '/ready'].map(async (path) => (await fetch(`${url}${path}`)).status));
  expect(statuses).toEqual([200, 200]);
  expect(await healthOf(server.id)).toBe(0);
});

test('when a form with a photo is posted, then the photo is kept as it was', async () => {
  expect(await postForm(url, laptop)).toEqual({ status: 201, title: 'In a container', isKept: true });
});

test('when it is asked to end, then it drains and ends well', async () => {
  const another = await startContainer({ ...laptop.env, PORT: '4001' }, laptop.network, ...STRICT, image);
  await another.whenSaid('listening');
  expect(await another.stop()).toBe(0);
  expect(another.said()).toContain('draining');
});

test('when it does not listen, then the health check fails', async () => {
  const idle = await startContainer({}, '--entrypoint=node', image, '--eval', 'setInterval(() => {}, 1000); console.log("idle")');
  await idle.whenSaid('idle');
  expect(await healthOf(idle.id)).toBe(1);
});

test('when nothing else is said, then it runs as nobody in particular, and tells what it is', async () => {
  const { User, Labels } = JSON.parse(await docker('inspect', '--format', '{{json .Config}}', image));
  expect(User).toBe('1000:1000');
  expect(Labels).toMatchObject({ 'org.opencontainers.image.title': 'Photoform', 'org.opencontainers.image.licenses': 'MIT' });
});

test('when settings are missing, then it names them all and ends', async () => {
  const { status, said } = await runContainer({}, ...STRICT, image);
  expect(status).toBe(2);
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'SECRET_KEYS']) expect(said).toContain(name);
});
