import type { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/**
 * Rules of AWS's core set that look into bodies, and the labels that they leave.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
const BODY_RULES = {
  SizeRestrictions_BODY: 'SizeRestrictions_Body',
  CrossSiteScripting_BODY: 'CrossSiteScripting_Body',
  GenericLFI_BODY: 'GenericLFI_Body',
  GenericRFI_BODY: 'GenericRFI_Body',
  EC2MetaDataSSRF_BODY: 'EC2MetaDataSSRF_Body',
};
const LABELS = 'awswaf:managed:aws:core-rule-set:';

/** Where bodies are photos, or what people wrote, of more than the 8 kB that a firewall before a load balancer sees: the app checks these. */
const LARGE_BODIES = ['/v1/form', '/v1/uploads', '/v1/users'];

interface FirewallProps {
  loadBalancer: IApplicationLoadBalancer;
  /** Of one address; beyond that it is refused until it asks less. */
  requestsPer5Minutes: number;
}

/** Refuses floods and known attacks before they cost a call. */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { loadBalancer, requestsPer5Minutes }: FirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seenAs('photoform'),
      rules: [rate(requestsPer5Minutes), managed('AWSManagedRulesKnownBadInputsRuleSet', 1), coreSet(2), smallBodies(3)],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: loadBalancer.loadBalancerArn, webAclArn: acl.attrArn });
  }
}

const seenAs = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: true,
});

function rate(limit: number): CfnWebACL.RuleProperty {
  const statement = { rateBasedStatement: { aggregateKeyType: 'IP', evaluationWindowSec: 300, limit } };
  return { name: 'rate', priority: 0, action: { block: {} }, statement, visibilityConfig: seenAs('rate') };
}

function managed(name: string, priority: number, ruleActionOverrides: CfnWebACL.RuleActionOverrideProperty[] = []): CfnWebACL.RuleProperty {
  const managedRuleGroupStatement = { vendorName: 'AWS', name, ruleActionOverrides };
  return { name, priority, overrideAction: { none: {} }, statement: { managedRuleGroupStatement }, visibilityConfig: seenAs(name) };
}

/** The core set, which only counts what it finds in bodies … */
function coreSet(priority: number): CfnWebACL.RuleProperty {
  const counted = Object.keys(BODY_RULES).map((name) => ({ name, actionToUse: { count: {} } }));
  return managed('AWSManagedRulesCommonRuleSet', priority, counted);
}

/** … and what was counted is refused after all where no such body has any business. */
function smallBodies(priority: number): CfnWebACL.RuleProperty {
  const labelled = Object.values(BODY_RULES).map((label) => ({ labelMatchStatement: { scope: 'LABEL', key: `${LABELS}${label}` } }));
  const elsewhere = LARGE_BODIES.map((searchString) => ({
    notStatement: {
      statement: {
        byteMatchStatement: {
          fieldToMatch: { uriPath: {} },
          positionalConstraint: 'STARTS_WITH',
          searchString,
          textTransformations: [{ priority: 0, type: 'NONE' }],
        },
      },
    },
  }));
  const statement = { andStatement: { statements: [{ orStatement: { statements: labelled } }, ...elsewhere] } };
  return { name: 'small-bodies', priority, action: { block: {} }, statement, visibilityConfig: seenAs('small-bodies') };
}
