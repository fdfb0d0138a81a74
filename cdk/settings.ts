import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { APP_NAMES } from './environment.ts';

const MOST_SECONDS = 900;
/** An API Gateway HTTP API waits no longer (its quota "integration timeout"). */
const HTTP_API_SECONDS = 30;
/** An ALB's idle timeout, as it is by default. */
const ALB_SECONDS = 60;

const whole = (min: number, max: number) => z.int().min(min).max(max);
const memory = (mib: number) => whole(128, 10_240).default(mib);
const timeout = (seconds: number) => whole(1, MOST_SECONDS).default(seconds);
const origin = z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url, 'must be scheme, host and port alone');
const httpsUrl = z.url({ protocol: /^https$/ });

const loadBalancer = z
  .strictObject({
    kind: z.literal('load-balancer'),
    domainName: z.hostname(),
    certificateArn: z
      .string()
      .regex(/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'must be the ARN of a certificate in ACM')
      .optional(),
    hostedZone: z.strictObject({ id: z.string().regex(/^Z[A-Z0-9]+$/), name: z.hostname() }).optional(),
    healthCheck: z.boolean().default(false),
    firewall: z.strictObject({ requestsPer5Minutes: whole(10, 2_000_000_000) }).optional(),
  })
  .refine(({ certificateArn, hostedZone }) => certificateArn !== undefined || hostedZone !== undefined, {
    message: 'needs a certificateArn, or a hostedZone to make a certificate for',
  })
  .refine(({ domainName, hostedZone }) => hostedZone === undefined || `.${domainName}`.endsWith(`.${hostedZone.name}`), {
    message: 'must be in the hosted zone',
    path: ['domainName'],
  });

const httpApi = z.strictObject({
  kind: z.literal('http-api'),
  pathStage: z.string().regex(/^[a-z0-9]{1,20}$/),
  requestsPerSecond: whole(1, 10_000),
});

const oidc = z.strictObject({
  kind: z.literal('oidc'),
  issuer: httpsUrl,
  audience: z.string().min(1),
  scopePrefix: z.string().default(''),
});
const cognito = z.strictObject({
  kind: z.literal('cognito'),
  domainPrefix: z.string().regex(/^(?!.*(aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
  callbackUrls: z.array(z.url()).min(1),
  logoutUrls: z.array(z.url()).default([]),
  selfSignUp: z.boolean().default(false),
});

const api = z
  .strictObject({
    memoryMiB: memory(1_024),
    timeoutSeconds: timeout(20),
    requestTimeoutMs: whole(1, MOST_SECONDS * 1_000).default(10_000),
    reservedConcurrency: whole(1, 100_000).optional(),
    provisionedConcurrency: whole(1, 100_000).optional(),
  })
  .refine(({ timeoutSeconds, requestTimeoutMs }) => requestTimeoutMs < timeoutSeconds * 1_000, {
    message: 'must be over before timeoutSeconds, or nobody is left to answer',
    path: ['requestTimeoutMs'],
  })
  .refine(
    ({ reservedConcurrency = Number.POSITIVE_INFINITY, provisionedConcurrency = 0 }) => provisionedConcurrency <= reservedConcurrency,
    {
      message: 'must not be more than reservedConcurrency',
      path: ['provisionedConcurrency'],
    },
  );

/** What takes messages off a queue: SQS calls at least 2 at once. */
const consumer = (mib: number, seconds: number, atOnce: number) =>
  z
    .strictObject({ memoryMiB: memory(mib), timeoutSeconds: timeout(seconds), maxConcurrency: whole(2, 1_000).default(atOnce) })
    .prefault({});

const days = z.union(
  Object.values(RetentionDays)
    .filter((value): value is RetentionDays => typeof value === 'number' && value < RetentionDays.INFINITE)
    .map((value) => z.literal(value)),
);

const stage = z
  .strictObject({
    frontDoor: z.discriminatedUnion('kind', [loadBalancer, httpApi]),
    identity: z.discriminatedUnion('kind', [oidc, cognito]),
    corsOrigins: z.array(origin).default([]),
    privateNetwork: z.boolean().default(false),
    architecture: z.enum(['arm64', 'x86_64']).default('arm64'),
    api: api.prefault({}),
    importUsers: consumer(1_024, 900, 2),
    processPhoto: consumer(2_048, 120, 10),
    sweep: z.strictObject({ memoryMiB: memory(1_024), timeoutSeconds: timeout(600) }).prefault({}),
    urlSeconds: z.strictObject({ upload: whole(60, 604_800).default(300), download: whole(60, 604_800).default(300) }).prefault({}),
    versioning: z.strictObject({ keepDays: whole(1, 3_650) }).optional(),
    logDays: days.default(RetentionDays.THREE_MONTHS),
    alarmEmail: z.email().optional(),
    dashboard: z.boolean().default(true),
    app: z.partialRecord(z.enum(APP_NAMES), z.string()).default({}),
  })
  .refine(({ api, frontDoor }) => api.timeoutSeconds < (frontDoor.kind === 'http-api' ? HTTP_API_SECONDS : ALB_SECONDS), {
    message: 'must be less than the front door waits: 30 seconds for an HTTP API, 60 for a load balancer',
    path: ['api', 'timeoutSeconds'],
  });

/** A stage as it is written down; what it leaves out has a default. */
export type StageSettings = z.input<typeof stage>;
/** A stage with every default filled in. */
export type Stage = z.output<typeof stage> & { name: string };
export type FrontDoorSettings = Stage['frontDoor'];

const NAME = /^[a-z][a-z0-9-]{0,11}$/;

/**
 * Checks what is written down of a stage, and fills in defaults.
 * @param name up to 12 characters, as it becomes part of names that have their limits
 * @throws Error that names every fault.
 */
export function readStage(name: string, settings: StageSettings | undefined): Stage {
  if (!NAME.test(name)) throw new Error(`A stage's name is up to 12 of a-z, 0-9 and "-", not "${name}"`);
  if (settings === undefined) throw new Error(`There is no stage "${name}" in cdk/stages.ts`);
  const parsed = stage.safeParse(settings);
  if (parsed.success) return { name, ...parsed.data };
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`These settings of the stage "${name}" are wrong:\n${faults.join('\n')}`);
}
