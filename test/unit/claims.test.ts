import { type ClaimSettings, type Claims, callerOf } from '../../src/http/claims.ts';

const SETTINGS: ClaimSettings = { profile: 'oidc', groupsClaim: 'groups', adminGroup: 'admins', scopePrefix: '', userScopes: false };
const EVERY_RIGHT = ['users:read:any', 'users:write:any', 'photos:read:any', 'photos:write:any', 'imports:write'];
const of = (claims: Claims, settings: Partial<ClaimSettings> = {}) =>
  callerOf({ sub: 'ann', exp: 1_800_000_000, ...claims }, { ...SETTINGS, ...settings });

describe('what a token says about its bearer', () => {
  test.each<[string, Claims, 'person' | 'machine']>([
    ['nothing else', {}, 'person'],
    ['a client through which a person came', { client_id: 'spa', azp: 'spa' }, 'person'],
    ['a client of the very name', { client_id: 'ann' }, 'machine'],
    ['an authorised party of the very name', { azp: 'ann' }, 'machine'],
    ['Auth0’s form', { sub: 'x@clients', azp: 'x' }, 'machine'],
    ['another’s @clients', { sub: 'x@clients', azp: 'y' }, 'person'],
    ['Auth0’s grant type', { gty: 'client-credentials' }, 'machine'],
    ['another grant type', { gty: 'password' }, 'person'],
    ['an empty client', { sub: '', client_id: '' }, 'person'],
    ['a client that is no text', { sub: 7, client_id: 7 }, 'person'],
  ])('when it says %s, then it is a %s', (_what, claims, kind) => {
    expect(of(claims).kind).toBe(kind);
  });

  test.each<[unknown, string[]]>([
    [undefined, []],
    [null, []],
    [7, []],
    [{ admins: true }, []],
    ['', []],
    ['[]', []],
    ['admins', ['admins']],
    ['users admins', ['users', 'admins']],
    ['[users admins]', ['users', 'admins']],
    ['[users, admins]', ['users', 'admins']],
    [
      ['users', 'admins'],
      ['users', 'admins'],
    ],
    [
      ['users', 7, null, 'admins'],
      ['users', 'admins'],
    ],
    [['all admins'], ['all admins']],
  ])('when groups are %j, then they are %j', (groups, words) => {
    const caller = of({ groups });
    expect(caller.groups).toEqual(words);
    expect([...caller.rights]).toEqual(words.includes('admins') ? EVERY_RIGHT : []);
  });

  test('when a machine has scopes, then those that are rights count, and imports imply users', () => {
    const caller = of({ client_id: 'ann', scope: 'openid imports:write photos:read:any' });
    expect(caller.rights).toEqual(new Set(['imports:write', 'users:write:any', 'photos:read:any']));
    expect(caller.scopes).toEqual(['openid', 'imports:write', 'photos:read:any']);
  });

  test('when a machine is in the admin group, then that counts for nothing', () => {
    expect(of({ client_id: 'ann', groups: ['admins'] }).rights.size).toBe(0);
  });

  test('when a person has scopes, then they count only where that is set', () => {
    expect(of({ scope: 'photos:read:any' }).rights.size).toBe(0);
    expect(of({ scope: 'photos:read:any' }, { userScopes: true }).rights).toEqual(new Set(['photos:read:any']));
  });

  test('when there is a scope prefix, then it is taken off, once', () => {
    const scopes = (scope: string) => [...of({ client_id: 'ann', scope }, { scopePrefix: 'photoform/' }).rights];
    expect(scopes('photoform/photos:read:any')).toEqual(['photos:read:any']);
    expect(scopes('other/photos:read:any photoform/photoform/photos:write:any')).toEqual([]);
  });

  test('when there is a scope prefix, then a scope without it is another application’s', () => {
    expect(of({ client_id: 'ann', scope: 'photos:read:any' }, { scopePrefix: 'photoform/' }).rights.size).toBe(0);
  });

  test('when the profile is Cognito’s, then groups are in its own claim', () => {
    const caller = of({ groups: ['admins'], 'cognito:groups': ['users'] }, { profile: 'cognito' });
    expect([caller.groups, caller.rights.size]).toEqual([['users'], 0]);
  });

  test('when it ends, then that is told as a time; when there is no sub, then the id is empty', () => {
    expect(of({}).expiresAt.toISOString()).toBe('2027-01-15T08:00:00.000Z');
    expect(of({ sub: undefined }).id).toBe('');
  });
});
