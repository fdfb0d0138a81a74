import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Environment } from './environment.ts';
import { Functions } from './functions.ts';
import { HttpFrontDoor } from './http-api.ts';
import { LoadBalancer } from './load-balancer.ts';
import { Network } from './network.ts';
import type { Stage } from './settings.ts';
import type { StatefulStack } from './stateful.ts';
import { Triggers } from './triggers.ts';
import { type FrontDoor, Watching } from './watching.ts';

/** What front doors take and give: an ALB 1 MB of Lambda's envelope, API Gateway what Lambda does, 6 MB, of which base64 makes 4.4. */
const BODY_LIMITS = {
  'load-balancer': { MAX_BODY_BYTES: '1000000', MAX_RESPONSE_BYTES: '700000' },
  'http-api': { MAX_BODY_BYTES: '4400000', MAX_RESPONSE_BYTES: '4400000' },
};

/** The code and all that leads to it. It can be deleted and made again at any time: nothing in it is kept. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, { stage, data }: { stage: Stage; data: StatefulStack }) {
    super(scope, id, { description: `Photoform ${stage.name}: service` });
    const needsVpc = stage.privateNetwork || stage.frontDoor.kind === 'load-balancer';
    const network = needsVpc ? new Network(this, 'Network', stage) : undefined;
    const environment = environmentOf(stage, data);
    const functions = new Functions(this, 'Functions', { stage, data, environment, place: network?.place });
    new Triggers(this, 'Triggers', { stage, data, functions });
    const frontDoor = this.openFrontDoor(stage, data, functions, network);
    new Watching(this, 'Watching', { stage, data, functions, frontDoor });
    new CfnOutput(this, 'Url', { value: frontDoor.url, description: 'Where the API is' });
  }

  private openFrontDoor(stage: Stage, data: StatefulStack, { api }: Functions, network: Network | undefined): FrontDoor {
    const { provisionedConcurrency } = stage.api;
    const live = new Alias(this, 'Live', {
      aliasName: 'live',
      version: api.fn.currentVersion,
      ...(provisionedConcurrency !== undefined && { provisionedConcurrentExecutions: provisionedConcurrency }),
    });
    const { frontDoor: settings } = stage;
    if (settings.kind === 'http-api') return new HttpFrontDoor(this, 'FrontDoor', { stage, settings, api: live });
    if (!network) throw new Error('A load balancer needs a network');
    return new LoadBalancer(this, 'FrontDoor', { stage, settings, vpc: network.vpc, api: live, logs: data.logs.bucket });
  }
}

function environmentOf({ app, api, corsOrigins, urlSeconds, frontDoor }: Stage, { identity }: StatefulStack): Environment {
  return {
    ...app,
    ...identity,
    ...BODY_LIMITS[frontDoor.kind],
    NODE_ENV: 'production',
    CORS_ORIGINS: corsOrigins.join(','),
    BASE_PATH: frontDoor.kind === 'http-api' ? `/${frontDoor.pathStage}` : '',
    REQUEST_TIMEOUT_MS: String(api.requestTimeoutMs),
    UPLOAD_URL_SECONDS: String(urlSeconds.upload),
    DOWNLOAD_URL_SECONDS: String(urlSeconds.download),
  };
}
