import { openLedger } from '../main.ts';
import { rollback } from '../projections/rebuild.ts';
import { type CliCommand, exitCodes } from './command.ts';
import { findProjection } from './rebuild.ts';

export const rollbackProjection: CliCommand = {
  summary: 'go back to the previous generation of a projection',
  usage: '<projection>',
  help: `The previous generation is brought up to the log first, so reads do not go back in time. It must be of the version that
this build makes. Rolling back twice is as if nothing had happened.`,
  options: {},
  words: [1, 1],
  run: async ({ words: [name = ''], config, terminal }) => {
    const projection = findProjection(name);
    const ledger = await openLedger(config, { documents: 'write' });
    try {
      const outcome = await rollback(projection, ledger);
      if (!outcome.done) {
        terminal.complain(outcome.why);
        terminal.answer({ projection: name, done: false, why: outcome.why });
        return exitCodes.no;
      }
      terminal.line(`${name}: generation ${outcome.generation} is live again`);
      terminal.answer({ projection: name, done: true, generation: outcome.generation });
      return exitCodes.done;
    } finally {
      await ledger.close();
    }
  },
};
