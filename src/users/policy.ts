import type { Rule } from '../shared/actor.ts';

export const writeAnyUser: Rule = { right: 'users:write:any', self: false };
