import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { HandleCommand } from '../../commands/command.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import type { Order } from '../../domain/order/state.ts';
import { Problem } from '../../http/problem.ts';
import { digest, type Ledger, openLedger, openOrderCommands } from '../../main.ts';
import { catchUp } from '../catch-up.ts';
import { type CliCommand, type CliContext, exitCodes } from '../command.ts';
import { requireFile } from '../files.ts';
import { InFlight } from '../in-flight.ts';
import { grouped } from '../terminal.ts';
import { LineRefused, planLine, playLine } from './play.ts';

const inFlightMax = 64;
const complaintsMax = 1_000;

interface Tally {
  lines: number;
  imported: number;
  unchanged: number;
  /** Recorded by this run. */
  events: number;
  readonly refused: { readonly line: number; readonly reason: string }[];
}

export const importHistory: CliCommand = {
  summary: 'import an order history',
  usage: 'FILE.ndjson [--dry-run]',
  help: `  --dry-run   check every line, record nothing

One JSON object a line, one line an order: {externalId, placedAt, customerId, currency, lines, payments, fulfilledAt,
cancelledAt, cancelReason, note, sourceStatus}; amounts in minor units, times RFC 3339 UTC. Facts take effect at their
business time. Importing a file again changes nothing. A bad line is reported with its number, the others are imported;
the exit code is then 1.`,
  options: { 'dry-run': { type: 'boolean' } },
  words: [1, 1],
  run: async (context) => {
    const [file = ''] = context.words;
    requireFile(file);
    if (context.options['dry-run'] === true) return report(await playFile(file, context), context);
    const ledger = await openLedger(context.config, { append: true, documents: 'write' });
    try {
      const tally = await playFile(file, context, ledger);
      await catchUp(ledger);
      return report(tally, context);
    } finally {
      await ledger.close();
    }
  },
};

/** Plays every line, many at a time; without a ledger only checks them. */
async function playFile(file: string, { config, terminal }: CliContext, ledger?: Ledger): Promise<Tally> {
  const tally: Tally = { lines: 0, imported: 0, unchanged: 0, events: 0, refused: [] };
  const handle = ledger && openOrderCommands(ledger, { count: () => {} });
  const size = statSync(file).size;
  const startedMs = performance.now();
  const inFlight = new InFlight(inFlightMax);
  let read = 0;
  for await (const text of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    read += Buffer.byteLength(text) + 1;
    tally.lines += 1;
    if (text.trim() === '') continue;
    await inFlight.add(playOne(text, tally.lines, tally, { config, terminal }, handle));
    showProgress();
  }
  await inFlight.done();
  showProgress();
  terminal.progressDone();
  return tally;

  function showProgress(): void {
    terminal.progress('import', {
      fraction: size === 0 ? 1 : read / size,
      count: tally.imported + tally.unchanged + tally.refused.length,
      unit: 'orders',
      elapsedMs: performance.now() - startedMs,
    });
  }
}

async function playOne(
  text: string,
  line: number,
  tally: Tally,
  { config, terminal }: Pick<CliContext, 'config' | 'terminal'>,
  handle: HandleCommand<OrderCommand, Order> | undefined,
): Promise<void> {
  try {
    const plan = planLine(text, config.PAID_WHEN, digest);
    const count = (events: number) => {
      tally.events += events;
    };
    const isNew = handle === undefined || (await playLine(plan, handle, `import-line-${line}`, count));
    if (isNew) tally.imported += 1;
    else tally.unchanged += 1;
  } catch (error) {
    if (!(error instanceof LineRefused || error instanceof Problem)) throw error;
    const reason = error.message.replace(/^The body /, 'the line ');
    tally.refused.push({ line, reason });
    if (tally.refused.length <= complaintsMax) terminal.complain(`line ${line}: ${reason}`);
  }
}

function report(tally: Tally, { options, terminal }: CliContext) {
  const { imported, unchanged, refused, events } = tally;
  const verb = options['dry-run'] === true ? 'would be imported' : 'imported';
  terminal.line(
    `${grouped(imported)} orders ${verb}, ${grouped(unchanged)} were there already, ${grouped(refused.length)} refused; ${grouped(events)} new events`,
  );
  terminal.answer({ imported, unchanged, refused, events });
  return refused.length === 0 ? exitCodes.done : exitCodes.no;
}
