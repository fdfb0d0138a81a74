import { notFound, type ProblemCode } from '../shared/errors.ts';
import { PROBLEMS } from './problem.ts';
import { publicRoute, type Route } from './route.ts';

function page(code: ProblemCode): string {
  const { status, title, means } = PROBLEMS[code];
  const text = means
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/`([^`]*)`/g, '<code>$1</code>');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p><code>${code}</code>, HTTP ${status}</p><p>${text}</p></html>`;
}

/** The pages that a problem's `type` leads to. */
export function problemPages(): Route[] {
  return [
    publicRoute('/problems/:code', (request, response) => {
      const code = String(request.params.code);
      if (!Object.hasOwn(PROBLEMS, code)) throw notFound('problem');
      response.type('html').send(page(code as ProblemCode));
    }),
  ];
}
