import * as z from 'zod';
import { created, ok } from '../http/answer.ts';
import { byContentType, json } from '../http/body.ts';
import type { Cursors } from '../http/cursor.ts';
import type { Idempotency } from '../http/idempotency.ts';
import { pageQuery, readPage } from '../http/page.ts';
import { type Route, route } from '../http/route.ts';
import { hasRejects } from './import.ts';
import { importInput, importParams } from './input.ts';
import type { ImportOperations } from './operations.ts';
import { manageImports } from './policy.ts';
import { importPath, importView } from './view.ts';

const IMPORTS = '/v1/imports';

export interface ImportRouteSettings {
  bodyBytes: number;
  responseBytes: number;
  importBytes: number;
}

/** The routes about data files of users. */
export function importRoutes(imports: ImportOperations, idempotency: Idempotency, cursors: Cursors, limits: ImportRouteSettings): Route[] {
  const readNew = byContentType({ 'application/json': json(importInput(limits.importBytes), limits.bodyBytes) });
  return [
    route({
      method: 'POST',
      path: IMPORTS,
      allow: manageImports,
      body: readNew,
      async answer({ actor, body, idempotencyKey: key }) {
        const { value: made, replayed } = await idempotency.once(
          { actor, route: `POST ${IMPORTS}`, key, request: body },
          201,
          (importId) => imports.createImport(actor, body, importId),
          (importId) => imports.getImport(actor, importId),
        );
        const place = made.state === 'waiting' ? await imports.signFile(actor, made) : {};
        return created(
          importPath(made.importId),
          { import: importView(made), upload: { method: 'PUT', ...place } },
          made.version,
          replayed,
        );
      },
    }),
    route({
      method: 'GET',
      path: IMPORTS,
      allow: manageImports,
      query: z.strictObject(pageQuery),
      async answer({ actor, query: { limit, cursor } }) {
        const read = async (after?: string) => {
          const { imports: found, next } = await imports.listImports(actor, limit, after);
          return { items: found.map((each) => ({ view: importView(each), position: each.importId })), next };
        };
        return ok(await readPage(cursors, limits.responseBytes, { actor, route: IMPORTS, query: {}, cursor, read }));
      },
    }),
    route({
      method: 'GET',
      path: `${IMPORTS}/:importId`,
      allow: manageImports,
      params: importParams,
      async answer({ actor, params }) {
        const found = await imports.getImport(actor, params.importId);
        const rejects = hasRejects(found) ? await imports.signRejects(actor, found) : undefined;
        return ok({ import: importView(found, rejects) }, found.version);
      },
    }),
  ];
}
