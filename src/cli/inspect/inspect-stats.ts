import type { Ledger } from '../../main.ts';
import { type Stats, stats, statsId, type Tally } from '../../projections/stats.ts';
import { type CliContext, type ExitCode, exitCodes } from '../command.ts';
import { grouped, type Terminal } from '../terminal.ts';

export async function inspectStats(
  { readModel, store }: Ledger,
  { terminal }: CliContext,
): Promise<ExitCode> {
  const reader = readModel.reader(stats);
  const document = await reader.get(statsId);
  const counted = (document === undefined ? {} : JSON.parse(document.body)) as Partial<Stats>;
  const position = await reader.position();
  const behind = Math.max(0, (await store.head()) - position);
  show('ORDERS', counted.orders, terminal);
  show('IMPORTED AS', counted.imported, terminal);
  show('MOVEMENTS', counted.payments, terminal);
  if (behind > 0)
    terminal.line(`What came after position ${position} is not counted yet; a projector has to run.`);
  terminal.answer({ ...counted, behind });
  return exitCodes.done;
}

function show(title: string, tallies: Readonly<Record<string, Tally>> = {}, terminal: Terminal): void {
  const rows = Object.entries(tallies).filter(([, { count }]) => count > 0);
  if (rows.length === 0) return;
  terminal.table(
    [title, 'CURRENCY', 'COUNT', 'MINOR UNITS'],
    rows.map(([key, { count, total }]) => [
      key.slice(4),
      key.slice(0, 3),
      grouped(count),
      BigInt(total).toLocaleString('en-US'),
    ]),
  );
  terminal.line();
}
