import { type CliCommand, UsageError } from '../command.ts';
import { simulateGateway } from './sim-gateway.ts';
import { direct, directions } from './sim-payment.ts';

export const sim: CliCommand = {
  summary: 'try the simulated payment provider, or tell it what to do',
  usage: `gateway [--n COUNT] [--seed SEED] [--approve SHARE] | ${Object.keys(directions).join('|')} PAYMENT_ID`,
  help: `  gateway  asks a fresh provider in memory for COUNT authorizations (10000), shows what became of them, and checks that as
           many were approved as chance allows: within three standard deviations of SHARE (0.8). The same SEED (7)
           gives the same outcomes.
  dispute  the customer's bank takes back what was captured, and a fee
  win      ends the open dispute in the merchant's favour; the fee stays
  lose     ends the open dispute in the customer's favour
  expire   ends what is held, before its time
  settle   approves now what tok_approve_after_cancel left open

PAYMENT_ID is the id of the order. All but the first are for the provider in PAYMENT_GATEWAY=simulated:… A server that
runs with the role process sends its webhooks to the address in \`webhooks=\`; that is how the ledger learns of it.`,
  options: { n: { type: 'string' }, seed: { type: 'string' }, approve: { type: 'string' } },
  words: [1, 2],
  run: async (context) => {
    const [what = '', payment] = context.words;
    if (what === 'gateway') {
      if (payment !== undefined) throw new UsageError('gateway takes no name.');
      return simulateGateway(context);
    }
    const direction = Object.hasOwn(directions, what) ? directions[what] : undefined;
    if (direction === undefined) throw new UsageError(`${what} cannot be simulated.`);
    return direct(direction, payment, context);
  },
};
