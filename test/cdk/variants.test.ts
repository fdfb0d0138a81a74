import type { StageSettings } from '../../cdk/settings.ts';
import { CERTIFICATE, COGNITO, HTTP_API, synthChecked } from './synth.ts';

type More = Partial<StageSettings>;
const ALB = { kind: 'load-balancer', domainName: 'photos.example.com', certificateArn: CERTIFICATE } as const;
const ZONE = { hostedZone: { id: 'Z123456', name: 'example.com' } };
const FIREWALL = { firewall: { requestsPer5Minutes: 2_000 } };

/** Each setting on, by itself: all are off, or have their default, in the plain stage. */
const EACH: Record<string, More> = {
  nothing: {},
  'an HTTP API': { frontDoor: HTTP_API },
  'a hosted zone': { frontDoor: { ...ALB, ...ZONE } },
  'a certificate made': { frontDoor: { ...ALB, certificateArn: undefined, ...ZONE } },
  'health checks': { frontDoor: { ...ALB, healthCheck: true } },
  'a firewall': { frontDoor: { ...ALB, ...FIREWALL } },
  Cognito: { identity: COGNITO },
  origins: { corsOrigins: ['https://app.example.com', 'http://localhost:5173'] },
  'a private network': { privateNetwork: true },
  x86: { architecture: 'x86_64' },
  'reserved concurrency': { api: { reservedConcurrency: 10 } },
  'provisioned concurrency': { api: { provisionedConcurrency: 1 } },
  versions: { versioning: { keepDays: 30 } },
  'short logs': { logDays: 1 },
  'mail for alarms': { alarmEmail: 'ops@example.com' },
  'no dashboard': { dashboard: false },
  'longer URLs': { urlSeconds: { upload: 3_600, download: 60 } },
  'settings of the app': { app: { MAX_PIXELS: '1000000', SELF_MAY_EDIT: 'name' } },
};

/** Settings that touch each other. */
const PAIRS: Record<string, More> = {
  'an HTTP API in a private network': { frontDoor: HTTP_API, privateNetwork: true },
  'an HTTP API with Cognito': { frontDoor: HTTP_API, identity: COGNITO },
  'an HTTP API with provisioned concurrency': { frontDoor: HTTP_API, api: { provisionedConcurrency: 1 } },
  'a firewall with health checks': { frontDoor: { ...ALB, ...FIREWALL, healthCheck: true } },
  'a firewall in a private network': { frontDoor: { ...ALB, ...FIREWALL }, privateNetwork: true },
  'reserved and provisioned concurrency': { api: { reservedConcurrency: 10, provisionedConcurrency: 10 } },
  'Cognito with origins and another admin group': {
    identity: COGNITO,
    corsOrigins: ['https://app.example.com'],
    app: { AUTH_ADMIN_GROUP: 'staff' },
  },
  'versions with origins': { versioning: { keepDays: 1 }, corsOrigins: ['https://app.example.com'] },
  'x86 in a private network': { architecture: 'x86_64', privateNetwork: true },
  everything: {
    frontDoor: { ...ALB, ...ZONE, ...FIREWALL, healthCheck: true },
    identity: COGNITO,
    corsOrigins: ['https://app.example.com'],
    privateNetwork: true,
    api: { reservedConcurrency: 10, provisionedConcurrency: 1 },
    versioning: { keepDays: 30 },
    alarmEmail: 'ops@example.com',
  },
};

test.each(Object.entries({ ...EACH, ...PAIRS }))(
  'when a stage has %s, then it synthesises, and neither CloudFormation’s rules nor AWS’s find anything',
  (_, more) => {
    const { data, service } = synthChecked(more);
    data.resourceCountIs('AWS::DynamoDB::Table', 4);
    service.resourceCountIs('AWS::Lambda::Function', 4);
  },
);
