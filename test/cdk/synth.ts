import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { holdToRules } from '../../cdk/rules.ts';
import { addService, newApp } from '../../cdk/service.ts';
import { readStage, type StageSettings } from '../../cdk/settings.ts';

export const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000';
export const LOAD_BALANCER: StageSettings['frontDoor'] = {
  kind: 'load-balancer',
  domainName: 'photos.example.com',
  certificateArn: CERTIFICATE,
};
export const HTTP_API: StageSettings['frontDoor'] = { kind: 'http-api', pathStage: 'live', requestsPerSecond: 50 };
export const OIDC: StageSettings['identity'] = { kind: 'oidc', issuer: 'https://issuer.example.com/', audience: 'photoform' };
export const COGNITO: StageSettings['identity'] = {
  kind: 'cognito',
  domainPrefix: 'photoform-test',
  callbackUrls: ['https://app.example.com/'],
};

/** A stage with nothing in it but what must be. */
export const PLAIN: StageSettings = { frontDoor: LOAD_BALANCER, identity: OIDC };

export interface Templates {
  /** The stateful stack. */
  data: Template;
  /** The stateless stack. */
  service: Template;
}

const made = new Map<string, Templates>();

/**
 * Both templates of a stage; of the same stage once. Whether rules find anything in them is for `variants.test.ts` alone, as looking takes long.
 * @param more settings beside, or instead of, those of `PLAIN`
 */
export function synth(more: Partial<StageSettings> = {}): Templates {
  const key = JSON.stringify(more);
  const templates = made.get(key) ?? inFolder((outdir) => templatesOf(newApp({ outdir, context: UNCHECKED }), more));
  made.set(key, templates);
  return templates;
}

/**
 * The same, as the CLI has them made: held to CloudFormation's rules and AWS's.
 * @throws when one finds something that is not acknowledged
 */
export const synthChecked = (more: Partial<StageSettings>): Templates =>
  inFolder((outdir) => {
    const app = newApp({ outdir });
    holdToRules(app);
    return templatesOf(app, more);
  });

const UNCHECKED = { '@aws-cdk/core:validateAgainstDefaultRules': false };

function templatesOf(app: App, more: Partial<StageSettings>): Templates {
  const stacks = addService(app, readStage('test', { ...PLAIN, ...more }));
  const assembly = app.synth();
  const templateOf = (name: string) => Template.fromJSON(assembly.getStackByName(name).template);
  return { data: templateOf(stacks.data.stackName), service: templateOf(stacks.service.stackName) };
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'photoform-cdk-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A piece of a template: JSON of any shape. */
export type Json = ReturnType<Template['findResources']>[string][string];

/** Resources of a type: their logical ids, and what they are. */
export const resources = (template: Template, type: string): Record<string, Json> => template.findResources(type);

/** The one resource of a type whose logical id begins so. */
export function resource(template: Template, type: string, id = ''): Json {
  const found = Object.entries(resources(template, type)).filter(([name]) => name.startsWith(id));
  if (found.length !== 1) throw new Error(`${found.length} resources of ${type} begin with "${id}"`);
  return found[0]?.[1];
}
