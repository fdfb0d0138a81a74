import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { IMPORT_RULES } from './import-rules.ts';

const SRC = join(import.meta.dirname, '../../src');
const IMPORT = /^(import|export)\s+(type\s+)?(?:[^'"();]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/gm;

interface Import {
  target: string;
  isType: boolean;
}

/** A file's imports, its own files as paths in `src/`. */
function importsOf(file: string, source: string): Import[] {
  return [...source.matchAll(IMPORT)].map(([statement, , type, from, dynamic]) => {
    const target = from ?? dynamic ?? '';
    // `import { type A, type B }` is as good as `import type`
    const named = /\{([^}]*)\}/
      .exec(statement)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const isType = type !== undefined || (named?.length ? named.every((name) => name.startsWith('type ')) : false);
    return { target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target, isType };
  });
}

function faultsOf(file: string, source: string): string[] {
  const rule = IMPORT_RULES.find(({ files }) => files.test(file));
  if (!rule) return [`${file} falls under no rule: say in test/rules/import-rules.ts what it may import`];
  const slice = file.split('/')[0] ?? '';
  const allows = (patterns: RegExp[] = [], target: string) =>
    patterns.some((pattern) => new RegExp(pattern.source.replace('<slice>', slice)).test(target));
  return importsOf(file, source)
    .filter(({ target, isType }) => !isBuiltin(target) && !allows(rule.may, target) && !(isType && allows(rule.mayAsType, target)))
    .map(({ target }) => `${file} must not import ${target}`);
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));

test('when a file imports another, then it is one that it may', () => {
  expect([...sources].flatMap(([file, source]) => faultsOf(file, source))).toEqual([]);
});

test('when the infrastructure’s code imports of src/, then only what names things and says what they are like', () => {
  const cdk = join(SRC, '../cdk');
  const imported = readdirSync(cdk)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => importsOf(`../cdk/${file}`, readFileSync(join(cdk, file), 'utf8')).map(({ target }) => target));
  const ofSrc = imported.filter((target) => target.endsWith('.ts') && !target.startsWith('../cdk/'));
  expect([...new Set(ofSrc)].sort()).toEqual(['../src/env-names.ts', '../src/shapes.ts']);
});

test('when the environment is read, then it is in main/', () => {
  const readers = [...sources].filter(([file, source]) => !file.startsWith('main/') && /process\.env/.test(source)).map(([file]) => file);
  expect(readers).toEqual([]);
});

test.each([
  ['photos/operations.ts', "import { S3Client } from '@aws-sdk/client-s3';"],
  ['photos/operations.ts', "import { photoStore } from './store.ts';"],
  ['photos/routes.ts', "import { photoBucket } from './bucket.ts';"],
  ['photos/store.ts', "import { userStore } from '../users/store.ts';"],
  ['photos/view.ts', "import express from 'express';"],
  ['http/cursor.ts', "import { photoView } from '../photos/view.ts';"],
  ['shared/text.ts', "import { validate } from '../http/validate.ts';"],
  ['local/object-store/server.ts', "import { createLogger } from '../../shared/log.ts';"],
  ['elsewhere/thing.ts', ''],
])('when %s says «%s», then it is told', (file, source) => {
  expect(faultsOf(file, source)).toHaveLength(1);
});
