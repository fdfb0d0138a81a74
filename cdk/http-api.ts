import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { PERIOD } from './alarms.ts';
import type { FrontDoorSettings, Stage } from './settings.ts';
import type { FrontDoor } from './watching.ts';

export type HttpApiSettings = Extract<FrontDoorSettings, { kind: 'http-api' }>;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const LOGGED = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  bytes: '$context.responseLength',
  ms: '$context.responseLatency',
};

interface HttpApiProps {
  stage: Stage;
  settings: HttpApiSettings;
  api: Alias;
}

/** The front door for whoever has no certificate: AWS's name, with a stage in the path. */
export class HttpFrontDoor extends Construct implements FrontDoor {
  readonly url: string;
  readonly requests: IMetric;
  readonly errors: IMetric;
  readonly latency: IMetric;

  constructor(scope: Construct, id: string, { stage, settings, api }: HttpApiProps) {
    super(scope, id);
    const httpApi = new HttpApi(this, 'Api', { createDefaultStage: false, defaultIntegration: new HttpLambdaIntegration('Function', api) });
    acknowledge(
      httpApi,
      'AwsSolutions-APIG4',
      'Who may do what is the app’s alone to say: an authorizer would refuse preflights, API keys and /health.',
    );
    const { pathStage, requestsPerSecond } = settings;
    const door = new HttpStage(this, 'Stage', {
      httpApi,
      stageName: pathStage,
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: requestsPerSecond * 2 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(new LogGroup(this, 'Logs', { retention: stage.logDays })),
        format: AccessLogFormat.custom(JSON.stringify(LOGGED)),
      },
    });
    this.url = door.url;
    this.requests = door.metricCount({ period: PERIOD });
    this.errors = door.metricServerError({ period: PERIOD });
    this.latency = door.metricLatency({ statistic: Stats.p(99), period: PERIOD });
  }
}
