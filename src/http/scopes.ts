import type { Principal } from './auth.ts';
import { Problem } from './problem.ts';

export const scopes = {
  'orders:write': 'place, amend, cancel and pay one’s own orders',
  'orders:read': 'read one’s own orders and payments',
  'ops:write': 'the same for every customer’s orders, and fulfil, capture, refund, dispute and import',
  'ops:read': 'read everything',
  admin: 'projections, parked work and keys',
} as const;

export type Scope = keyof typeof scopes;

/** Scopes of a claim: one string, separated by single spaces. Anything else grants nothing. */
export function parseScopes(claim: unknown): ReadonlySet<Scope> {
  if (typeof claim !== 'string') return new Set();
  return new Set(claim.split(' ').filter((scope): scope is Scope => Object.hasOwn(scopes, scope)));
}

/** @throws Problem `forbidden` unless the caller has one of `needed`. */
export function requireAny(principal: Principal, needed: readonly Scope[]): void {
  if (needed.some((scope) => principal.scopes.has(scope))) return;
  throw new Problem('forbidden', `This takes a token with the scope ${needed.join(' or ')}.`);
}
