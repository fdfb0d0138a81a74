import type { Rule } from '../shared/actor.ts';

/** Imports belong to the installation: whoever may import sees them all. */
export const manageImports: Rule = { right: 'imports:write', self: false };
