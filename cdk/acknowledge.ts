import { Aws, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts what a rule of cdk-nag finds in a construct and all in it. The reason is for whoever reviews the stack. */
export function acknowledge(scope: IConstruct, rule: `AwsSolutions-${string}`, reason: string): void {
  Validations.of(scope).acknowledge({ id: rule, reason });
}

/** Accepts one resource with a wildcard in a role's policy; any other is found as before. */
export function acknowledgeResource(role: IConstruct, resource: string, reason: string): void {
  const asFound = resource
    .replace(Aws.PARTITION, '<AWS::Partition>')
    .replace(Aws.ACCOUNT_ID, '<AWS::AccountId>')
    .replace(Aws.REGION, '<AWS::Region>');
  acknowledge(role, `AwsSolutions-IAM5[Resource::${asFound}]`, reason);
}
