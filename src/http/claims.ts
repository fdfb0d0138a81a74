import { type Caller, RIGHTS, type Right } from '../shared/actor.ts';

export interface ClaimSettings {
  profile: 'oidc' | 'cognito';
  groupsClaim: string;
  adminGroup: string;
  scopePrefix: string;
  userScopes: boolean;
}

/** The last moment that a Date can tell. */
const LATEST_MS = 8.64e15;

export type Claims = Record<string, unknown>;

/** Words of a claim: an array, or a string such as `"users admins"` or `"[users admins]"`. */
function words(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.filter((word) => typeof word === 'string');
  return typeof claim === 'string'
    ? claim
        .replace(/^\[|\]$/g, '')
        .split(/[\s,]+/)
        .filter(Boolean)
    : [];
}

/**
 * Whether the token is a machine's own (client credentials), told by what no person's token has: `sub` is the client itself
 * (RFC 9068 §2.2, Cognito), or Auth0's `<client>@clients` and `gty`.
 */
function isMachine(claims: Claims): boolean {
  const client = claims.client_id ?? claims.azp;
  if (claims.gty === 'client-credentials') return true;
  return typeof client === 'string' && client !== '' && (claims.sub === client || claims.sub === `${client}@clients`);
}

function implied(right: Right): Right[] {
  return right === 'imports:write' ? [right, 'users:write:any'] : [right];
}

/** Who a verified token speaks for, and what that lets them do to what is not theirs. */
export function callerOf(claims: Claims, settings: ClaimSettings): Caller {
  const machine = isMachine(claims);
  const groups = words(claims[settings.profile === 'cognito' ? 'cognito:groups' : settings.groupsClaim]);
  // scopes without the prefix are another API's
  const ours = words(claims.scope).filter((scope) => scope.startsWith(settings.scopePrefix));
  const scopes = ours.map((scope) => scope.slice(settings.scopePrefix.length));
  const isAdmin = !machine && groups.includes(settings.adminGroup);
  // a person's scopes are whatever their application asked for, so they count only where the operator says so
  const counted = machine || settings.userScopes ? RIGHTS.filter((right) => scopes.includes(right)).flatMap(implied) : [];
  return {
    kind: machine ? 'machine' : 'person',
    id: String(claims.sub ?? ''),
    rights: new Set(isAdmin ? RIGHTS : counted),
    groups,
    scopes,
    expiresAt: new Date(Math.min(Number(claims.exp) * 1000, LATEST_MS)),
  };
}
