import { createSystemClock } from '../adapters/system/system-clock.ts';
import { openSigningKeys } from '../main.ts';
import { type CliCommand, exitCodes, UsageError } from './command.ts';

export const keys: CliCommand = {
  summary: 'look after the ledger’s own signing keys',
  usage: 'rotate',
  help: `  rotate   sign with a new key from now on; tokens signed with the old one stay good until they expire

A running server notices within a second. Only where the ledger signs its own tokens: without AUTH_JWKS.`,
  options: {},
  words: [1, 1],
  run: async ({ words: [action], config, terminal }) => {
    if (action !== 'rotate') throw new UsageError(`${action} is not something to do with keys; use rotate.`);
    if (config.AUTH_JWKS !== undefined)
      throw new UsageError('AUTH_JWKS is set: its issuer looks after the keys.');
    const own = await openSigningKeys(config, createSystemClock());
    const kid = await own.rotate();
    terminal.line(`new tokens are signed with key ${kid}`);
    terminal.answer({ kid });
    return exitCodes.done;
  },
};
