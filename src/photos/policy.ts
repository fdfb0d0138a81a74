import type { Rule } from '../shared/actor.ts';

export const readPhotos: Rule = { right: 'photos:read:any', self: true };
export const writePhotos: Rule = { right: 'photos:write:any', self: true };
