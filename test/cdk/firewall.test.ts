import { CERTIFICATE, type Json, resource, synth } from './synth.ts';

const settings = { kind: 'load-balancer', domainName: 'photos.example.com', certificateArn: CERTIFICATE } as const;
const { service } = synth({ frontDoor: { ...settings, firewall: { requestsPer5Minutes: 1_500 } } });
const acl = resource(service, 'AWS::WAFv2::WebACL').Properties;
const rule = (name: string) => acl.Rules.find(({ Name }: Json) => Name === name);

/** What looks into bodies in AWS's core rule set (its document, "Core rule set (CRS) managed rule group"). */
const BODY_RULES = ['SizeRestrictions_BODY', 'CrossSiteScripting_BODY', 'GenericLFI_BODY', 'GenericRFI_BODY', 'EC2MetaDataSSRF_BODY'];

test('when nobody asks for a firewall, then there is none to pay for', () => {
  synth().service.resourceCountIs('AWS::WAFv2::WebACL', 0);
});

test('when there is a firewall, then it stands before the load balancer and lets through what no rule stops', () => {
  expect(acl).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
  const { ResourceArn, WebACLArn } = resource(service, 'AWS::WAFv2::WebACLAssociation').Properties;
  expect(ResourceArn.Ref).toMatch(/^FrontDoorAlb/);
  expect(WebACLArn['Fn::GetAtt'][0]).toMatch(/^FrontDoorFirewallAcl/);
});

test('when one address asks too often, then it is blocked', () => {
  expect(rule('rate')).toMatchObject({
    Action: { Block: {} },
    Statement: { RateBasedStatement: { AggregateKeyType: 'IP', EvaluationWindowSec: 300, Limit: 1_500 } },
  });
});

test('when a body is large, or looks like an attack, then the core set counts it and blocks nothing: it may be a photo', () => {
  const { OverrideAction, Statement } = rule('AWSManagedRulesCommonRuleSet');
  expect(OverrideAction).toEqual({ None: {} });
  const counted = Statement.ManagedRuleGroupStatement.RuleActionOverrides;
  expect(counted).toEqual(BODY_RULES.map((Name) => ({ Name, ActionToUse: { Count: {} } })));
});

test('when such a body goes where no photo and no bulk goes, then it is blocked after all', () => {
  const { Action, Statement, Priority } = rule('small-bodies');
  expect(Action).toEqual({ Block: {} });
  expect(Priority).toBeGreaterThan(rule('AWSManagedRulesCommonRuleSet').Priority);
  const [labels, ...elsewhere] = Statement.AndStatement.Statements;
  expect(labels.OrStatement.Statements.map(({ LabelMatchStatement }: Json) => LabelMatchStatement.Key)).toEqual(
    BODY_RULES.map((name) => `awswaf:managed:aws:core-rule-set:${name.replace('_BODY', '_Body')}`),
  );
  const spared = elsewhere.map(({ NotStatement }: Json) => NotStatement.Statement.ByteMatchStatement);
  expect(spared.map(({ SearchString }: Json) => SearchString)).toEqual(['/v1/form', '/v1/uploads', '/v1/users']);
  for (const { PositionalConstraint, FieldToMatch } of spared) {
    expect({ PositionalConstraint, FieldToMatch }).toEqual({ PositionalConstraint: 'STARTS_WITH', FieldToMatch: { UriPath: {} } });
  }
});

test('when an attack is a known one, then it is blocked', () => {
  const { OverrideAction, Statement } = rule('AWSManagedRulesKnownBadInputsRuleSet');
  expect(OverrideAction).toEqual({ None: {} });
  expect(Statement.ManagedRuleGroupStatement).toMatchObject({ VendorName: 'AWS', Name: 'AWSManagedRulesKnownBadInputsRuleSet' });
});
