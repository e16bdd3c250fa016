import type { Metadata } from '@grpc/grpc-js';
import { type CallError, callErrors } from './errors.ts';
import type { Right } from './node.ts';

export interface User {
  readonly password: string;
  readonly rights: readonly Right[];
}

/** Why a caller may not do something; nobody is asked where there are no users, as on a server without security. */
export function accessRefusal(
  users: Readonly<Record<string, User>> | undefined,
  caller: Metadata,
  right: Right,
): CallError | undefined {
  if (users === undefined) return undefined;
  const [header] = caller.get('authorization');
  if (header === undefined) return callErrors.accessDenied();
  const login = Buffer.from(String(header).replace(/^Basic /, ''), 'base64').toString();
  const [name = ''] = login.split(':', 1);
  const user = users[name];
  if (user === undefined || login !== `${name}:${user.password}`) return callErrors.unauthenticated();
  return user.rights.includes(right) ? undefined : callErrors.accessDenied();
}
