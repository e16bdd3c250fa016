import { parseArgs } from 'node:util';
import { storyNames } from './book/story-names.ts';

export interface DemoOptions {
  readonly seed: number;
  readonly orders: number;
  /** How long the live table takes its time, on a terminal. */
  readonly paceS: number;
  readonly keep: boolean;
}

/** Wrong use of the command line. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

const ordersMin = storyNames.length;
const ordersMax = 2_000;
const paceSMax = 600;
const seedMax = 2 ** 32 - 1;

export const help = `npm run demo [-- OPTIONS]: the ledger at work, from first order to last check

  --orders N   size of the order book, ${ordersMin} to ${ordersMax} (default 240)
  --seed N     another book: other orders, other stories (default 1)
  --pace S     seconds the live table takes its time; 0 is as fast as it goes (default 12; no effect off a terminal)
  --keep       leave the data directory, to look around in it
  --help       this text

It starts a ledger of its own in a temporary directory and stops it again. Exit code 0: every promise was kept;
1: one was not, and it says which; 2: wrong use; 130: interrupted.
NO_COLOR switches the colours off.`;

/** @throws WrongUse */
export function readOptions(argv: readonly string[]): DemoOptions | 'help' {
  const values = parse(argv);
  if (values.help === true) return 'help';
  return {
    seed: whole('--seed', values.seed ?? '1', 0, seedMax),
    orders: whole('--orders', values.orders ?? '240', ordersMin, ordersMax),
    paceS: whole('--pace', values.pace ?? '12', 0, paceSMax),
    keep: values.keep === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        seed: { type: 'string' },
        orders: { type: 'string' },
        pace: { type: 'string' },
        keep: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new WrongUse(`${name} must be a whole number from ${min} to ${max}.`);
}
