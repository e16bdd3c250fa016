import { type Role, roles } from '../service.ts';
import { UsageError } from './command.ts';

/** The roles that `--role` asks for: one, or without it all. @throws UsageError */
export function rolesFrom(option: string | boolean | undefined): ReadonlySet<Role> {
  if (option === undefined) return new Set(roles);
  const role = roles.find((known) => known === option);
  if (role === undefined) throw new UsageError(`${option} is not a role; use one of ${roles.join(', ')}.`);
  return new Set([role]);
}
