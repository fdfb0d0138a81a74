import type { StageSettings } from './settings.ts';

/**
 * Every stage that can be deployed: `npx cdk deploy --all -c stage=dev`. What a stage leaves out has the default that `settings.ts` says.
 * Prices are a month's in us-east-1, from cdk/README.md, which names their sources.
 */
export const STAGES: Record<string, StageSettings> = {
  prod: {
    // a load balancer costs 23.73 $ however idle it is, its public addresses included
    frontDoor: {
      kind: 'load-balancer',
      // what the certificate is for; point its DNS at what the deployment prints. With a `hostedZone` of Route 53 both are done for you
      domainName: 'photos.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
      // 9 $, and 0.60 $ a million requests
      firewall: { requestsPer5Minutes: 2_000 },
    },
    // your own provider costs nothing here
    identity: { kind: 'oidc', issuer: 'https://example.auth0.com/', audience: 'photoform' },
    // the origins of your pages
    corsOrigins: ['https://app.example.com'],
    // off: true puts the functions into private subnets behind one NAT, which is 51.10 $ and more with traffic
    privateNetwork: false,
    // off: 1 keeps one copy warm, paid by the GB and second
    // api: { provisionedConcurrency: 1 },
    // where alarms go; they cost 2.20 $ in all, told or not, and the dashboard 3 $ beyond the account's first three
    alarmEmail: 'ops@example.com',
  },

  // needs no domain and no certificate, and costs next to nothing while nobody uses it
  dev: {
    // 1 $ a million requests
    frontDoor: { kind: 'http-api', pathStage: 'dev', requestsPerSecond: 50 },
    // free up to 10,000 people a month; the prefix must be nobody else's in the region
    identity: { kind: 'cognito', domainPrefix: 'photoform-dev-example', callbackUrls: ['http://localhost:5173/'], selfSignUp: true },
    corsOrigins: ['http://localhost:5173'],
    logDays: 7,
    // 3 $ beyond the account's first three
    dashboard: false,
  },
};
