import type { Ledger } from '../../main.ts';
import { openLedger } from '../../main.ts';
import { statusOf } from '../../queries/get-projections.ts';
import { type CliCommand, type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';
import { grouped } from '../terminal.ts';
import { inspectKey } from './inspect-key.ts';
import { inspectStats } from './inspect-stats.ts';
import { inspectOrder, inspectStream } from './inspect-stream.ts';
import { inspectWebhooks } from './inspect-webhooks.ts';

type Inspection = (ledger: Ledger, context: CliContext) => Promise<ExitCode>;

const inspections: Readonly<Record<string, Inspection>> = {
  order: inspectOrder,
  stream: inspectStream,
  key: inspectKey,
  projections: inspectProjections,
  stats: inspectStats,
  webhooks: inspectWebhooks,
};

/** Which ones take a name. */
const named = new Set(['order', 'stream', 'key']);

export const inspect: CliCommand = {
  summary:
    'explain an order, a stream, an idempotency key, the projections, the statistics or the inbox of webhooks',
  usage: 'order ID | stream NAME | key KEY [--sub WHO] | projections | stats | webhooks',
  help: `  order ID      the order as its events give it, and what happened to it
  stream NAME   every event of a stream, such as order-4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a
  key KEY       what was done under an idempotency key; --sub narrows it to one caller
  projections   where each projection stands, and why one halted
  stats         counts and totals by status and currency
  webhooks      what the payment provider reported and no order has taken in, and why`,
  options: { sub: { type: 'string' } },
  words: [1, 2],
  run: async (context) => {
    const [what = '', name] = context.words;
    const inspection = Object.hasOwn(inspections, what) ? inspections[what] : undefined;
    if (inspection === undefined) throw new UsageError(`${what} cannot be inspected.`);
    if (named.has(what) !== (name !== undefined))
      throw new UsageError(named.has(what) ? `Name the ${what}.` : `${what} takes no name.`);
    const ledger = await openLedger(context.config, { documents: 'write' });
    try {
      return await inspection(ledger, context);
    } finally {
      await ledger.close();
    }
  },
};

async function inspectProjections({ store, readModel }: Ledger, { terminal }: CliContext): Promise<ExitCode> {
  const head = await store.head();
  const statuses = (await readModel.projections()).flatMap((record) => statusOf(record, head));
  terminal.table(
    ['PROJECTION', 'STATE', 'VERSION', 'GENERATION', 'POSITION', 'HEAD', 'LAG'],
    statuses.map(({ name, state, version, generation, position, lag }) => [
      name,
      terminal.paint(state === 'halted' ? 'red' : 'green', state),
      String(version),
      String(generation),
      grouped(position),
      grouped(head),
      grouped(lag),
    ]),
  );
  for (const { name, halted } of statuses) {
    if (halted !== undefined)
      terminal.line(`${name} halted at position ${halted.position} (${halted.type}): ${halted.error}`);
  }
  if (statuses.length === 0) terminal.line('no projection was ever built; start `ledger serve`');
  terminal.answer({ projections: statuses });
  return statuses.some(({ state }) => state === 'halted') ? exitCodes.no : exitCodes.done;
}
