import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
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

/** @param outdir where the templates go; absent, where the CLI says. */
export const newApp = (outdir?: string) => new App({ context: FLAGS, ...(outdir !== undefined && { outdir }) });

/** Both stacks of a stage, held to AWS's own rules: what breaks one and is not acknowledged with a reason fails the synth. */
export function addService(app: App, stage: Stage): { data: StatefulStack; service: StatelessStack } {
  const name = `photoform-${stage.name}`;
  const data = new StatefulStack(app, `${name}-data`, stage);
  const service = new StatelessStack(app, `${name}-service`, { stage, data });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { data, service };
}
