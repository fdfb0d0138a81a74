import { App, type AppProps } from 'aws-cdk-lib';
import type { Stage } from './settings.ts';
import { StatefulStack } from './stateful.ts';
import { StatelessStack } from './stateless.ts';

/** Today's behaviour of the CDK, where it still has an older one for apps that were written before. */
const FLAGS = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  '@aws-cdk/core:checkSecretUsage': true,
  // what the service uses of the data can't be taken away from under it
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  '@aws-cdk/core:target-partitions': ['aws', 'aws-cn'],
};

export const newApp = (props: AppProps = {}) => new App({ ...props, context: { ...FLAGS, ...props.context } });

/** Both stacks of a stage. */
export function addService(app: App, stage: Stage): { data: StatefulStack; service: StatelessStack } {
  const data = new StatefulStack(app, `photoform-${stage.name}-data`, stage);
  const service = new StatelessStack(app, `photoform-${stage.name}-service`, { stage, data });
  return { data, service };
}
