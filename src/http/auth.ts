import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import { actorId } from '../domain/kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { TokenKeys } from '../ports/token-keys.ts';
import { scanJson } from './json-body.ts';
import { Problem } from './problem.ts';
import { parseScopes, type Scope } from './scopes.ts';

/** Who is calling, and what for. */
export interface Principal {
  /** `sub` of the token: the customer, or the name of a service or operator. */
  readonly subject: string;
  readonly scopes: ReadonlySet<Scope>;
}

export interface AuthSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Longest `exp` − `iat`. */
  readonly lifetimeSMax: number;
}

/**
 * Resolves who sent a request. @throws Problem `unauthenticated`; `dependency-unavailable` without keys.
 * @param connection what the request came on: the same object for requests of the same connection
 */
export type Authenticate = (
  authorization: string | undefined,
  connection: object,
) => Principal | Promise<Principal>;

interface Remembered {
  readonly authorization: string;
  readonly principal: Principal;
  /** On the monotonic clock. */
  readonly untilMs: number;
}

const clockToleranceS = 5;
const tokenLengthMax = 8_192;
const rememberedMax = 10_000;
/** How long a verified token is taken without looking again: what it takes at most for a withdrawn key to bite. */
const rememberedMsMax = 60_000;
const tokenTypes = new Set([undefined, 'JWT', 'at+jwt', 'application/at+jwt']);

/** Stricter than the library: it accepts claims of other types, no upper bound of lifetime, members given twice. */
const claims = z.object({
  sub: actorId,
  iat: z.int(),
  exp: z.int(),
  nbf: z.int().optional(),
  scope: z.unknown().optional(),
});

/** RS256 tokens of one issuer for this audience (RFC 7519, RFC 8725). A token that was verified is remembered for a while. */
export function createAuthenticator(keys: TokenKeys, clock: Clock, settings: AuthSettings): Authenticate {
  /** By the whole header, so that a known one is not even taken apart. */
  const remembered = new LRUCache<string, Remembered>({ max: rememberedMax });
  /** What came last on a connection mostly comes again, and comparing it takes a fraction of hashing it. */
  const last = new WeakMap<object, Remembered>();

  return (authorization, connection) => {
    if (authorization === undefined) throw refusal('Send Authorization: Bearer <token>.', '');
    const again = last.get(connection);
    if (again?.authorization === authorization && isFresh(again)) return again.principal;
    const known = remembered.get(authorization);
    if (known === undefined || !isFresh(known)) return verify(authorization);
    last.set(connection, known);
    return known.principal;
  };

  function isFresh({ untilMs }: Remembered): boolean {
    return untilMs > clock.monotonicMs();
  }

  async function verify(authorization: string): Promise<Principal> {
    const token = tokenOf(authorization);
    refuseOddJson(token);
    const nowMs = Date.parse(clock.now());
    const payload = await jwtVerify(token, async ({ kid }) => keyFor(kid), {
      algorithms: ['RS256'],
      issuer: settings.issuer,
      audience: settings.audience,
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: clockToleranceS,
      currentDate: new Date(nowMs),
    })
      .then((verified) =>
        tokenTypes.has(verified.protectedHeader.typ) ? verified.payload : refuse('is of another type'),
      )
      .catch(asProblem);
    const parsed = claims.safeParse(payload);
    if (!parsed.success) return refuse('has claims that are missing or of the wrong type');
    const { sub, iat, exp, scope } = parsed.data;
    if (iat > nowMs / 1_000 + clockToleranceS) return refuse('was issued in the future');
    if (exp - iat > settings.lifetimeSMax) return refuse(`lives longer than ${settings.lifetimeSMax} s`);
    const principal = { subject: sub, scopes: parseScopes(scope) };
    const leftMs = Math.min(exp * 1_000 - nowMs, rememberedMsMax);
    remembered.set(authorization, { authorization, principal, untilMs: clock.monotonicMs() + leftMs });
    return principal;
  }

  async function keyFor(kid: string | undefined) {
    const key = await keys.find(kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }
}

function tokenOf(authorization: string): string {
  const token = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i.exec(authorization)?.[1];
  if (token === undefined || token.length > tokenLengthMax) return refuse('is not one signed JWT');
  return token;
}

/** Before anything parses it: a member given twice, or an escaped name, means different things to different parsers. */
function refuseOddJson(token: string): void {
  for (const part of token.split('.').slice(0, 2)) {
    if (scanJson(Buffer.from(part, 'base64url').toString('utf8')) !== undefined) refuse('is not plain JSON');
  }
}

function asProblem(error: unknown): never {
  if (error instanceof Problem || error instanceof StoreUnavailable) throw error;
  if (error instanceof errors.JWTExpired) return refuse('has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return refuse(`has a wrong or missing claim: ${error.claim}`);
  return refuse('was not signed by a key of the issuer');
}

function refuse(why: string): never {
  throw refusal(`The token ${why}.`, `error="invalid_token", error_description="the token ${why}"`);
}

function refusal(detail: string, parameters: string): Problem {
  const challenge = `Bearer realm="order-ledger"${parameters === '' ? '' : `, ${parameters}`}`;
  return new Problem('unauthenticated', detail, { headers: { 'www-authenticate': challenge } });
}
