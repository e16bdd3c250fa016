import { createSystemClock } from '../adapters/system/system-clock.ts';
import { actorId } from '../domain/kernel/ids.ts';
import { parseScopes } from '../http/scopes.ts';
import { openSigningKeys } from '../main.ts';
import { type CliCommand, exitCodes, UsageError } from './command.ts';

const lifetimeSDefault = 900;

export const token: CliCommand = {
  summary: 'print a token signed with the ledger’s own key',
  usage: '--sub WHO --scope "orders:write orders:read" [--ttl SECONDS]',
  help: `  --sub WHO      whom the token is for: a customer id, or the name of a service or operator
  --scope LIST   scopes, separated by spaces: orders:write orders:read ops:write ops:read admin
  --ttl SECONDS  how long it is good, ${lifetimeSDefault} by default

Only where the ledger signs its own tokens: without AUTH_JWKS, on this machine.`,
  options: { sub: { type: 'string' }, scope: { type: 'string' }, ttl: { type: 'string' } },
  words: [0, 0],
  run: async ({ options, config, terminal }) => {
    if (config.AUTH_JWKS !== undefined)
      throw new UsageError('AUTH_JWKS is set: its issuer makes the tokens.');
    const subject = actorId.safeParse(options['sub']);
    if (!subject.success) throw new UsageError('--sub must be 1–64 characters of A-Z a-z 0-9 _ . : -');
    const scope = String(options['scope'] ?? '');
    if (parseScopes(scope).size !== scope.split(' ').length) {
      throw new UsageError('--scope must be a list of orders:write orders:read ops:write ops:read admin');
    }
    const lifetimeS = options['ttl'] === undefined ? lifetimeSDefault : Number(options['ttl']);
    if (!Number.isInteger(lifetimeS) || lifetimeS < 1 || lifetimeS > config.AUTH_LIFETIME_S_MAX) {
      throw new UsageError(`--ttl must be 1 to ${config.AUTH_LIFETIME_S_MAX} seconds`);
    }
    const keys = await openSigningKeys(config, createSystemClock());
    const signed = await keys.sign({ subject: subject.data, scope, lifetimeS });
    terminal.line(signed);
    terminal.answer({ token: signed });
    return exitCodes.done;
  },
};
