import { type Currency, currency as currencyCode } from '../../domain/kernel/currency.ts';
import { formatMoney, moneyOf } from '../../domain/kernel/money.ts';
import { type Break, breakKinds, formatSigned, isExplained } from '../../domain/reconciliation/break.ts';
import type { ProposedEntry } from '../../domain/reconciliation/proposal.ts';
import { differenceOf, type Reconciliation } from '../../domain/reconciliation/reconcile.ts';
import type { BadRow } from '../../domain/reconciliation/settlement-row.ts';
import { grouped, type Terminal } from '../terminal.ts';
import type { Applied } from './apply.ts';
import type { SettlementFile } from './settlement-file.ts';

const shownMax = 1_000;

export interface Reported {
  readonly path: string;
  readonly file: SettlementFile;
  readonly gateway: string;
  readonly toleranceDays: number;
  readonly result: Reconciliation;
  readonly suspense: ReadonlyMap<Currency, bigint>;
  /** What this run has booked; absent where it was only to report. */
  readonly applied?: Applied;
}

/** Says what was found and booked: tables for people, everything for programs. Answers whether all is well. */
export function report(reported: Reported, terminal: Terminal): boolean {
  const { path, file, gateway, toleranceDays, result, suspense, applied } = reported;
  const { matched, notDue, breaks, bookings, outlived } = result;
  complainAbout(file.badRows, applied, terminal);
  terminal.line(
    `${grouped(file.rows.length)} rows of ${path} from ${file.from} to ${file.to}, ${grouped(matched)} matched with the books of ${gateway}; ${grouped(breaks.length)} breaks`,
  );
  if (notDue > 0)
    terminal.line(
      `${grouped(notDue)} movements of the last ${toleranceDays} days are not in it yet: the next file should begin before them`,
    );
  if (breaks.length > 0) showBreaks(breaks, terminal);
  showBookings(reported, terminal);
  terminal.line(`suspense: ${textOf(suspense)}`);
  if (applied === undefined && hasProposals(result))
    terminal.line('nothing was booked; run it again with --apply to book what is proposed');
  terminal.answer({
    file: {
      path,
      sha256: file.digest,
      from: file.from,
      to: file.to,
      rows: file.rows.length,
      badRows: file.badRows,
    },
    gateway,
    toleranceDays,
    matched,
    notDue,
    breaks: breaks.map((each) => ({ ...each, status: isExplained(each) ? 'explained' : 'open' })),
    totals: totalsOf(breaks),
    bookings,
    outlived,
    ...(applied !== undefined && { applied }),
    suspense: plain(suspense),
  });
  const isAccepted = file.badRows.length === 0 && (applied?.refused.length ?? 0) === 0;
  return isAccepted && breaks.every(isExplained);
}

function complainAbout(badRows: readonly BadRow[], applied: Applied | undefined, terminal: Terminal): void {
  for (const { line, problem } of badRows.slice(0, shownMax)) terminal.complain(`line ${line}: ${problem}`);
  if (badRows.length > 0)
    terminal.complain(`${grouped(badRows.length)} rows cannot be used; the others were`);
  for (const { entryId, reason } of applied?.refused.slice(0, shownMax) ?? [])
    terminal.complain(`entry ${entryId}: ${reason}`);
}

function showBreaks(breaks: readonly Break[], terminal: Terminal): void {
  terminal.line();
  terminal.table(
    ['BREAK', 'LINE', 'WHAT', 'HOW', 'ENTRY'],
    breaks
      .slice(0, shownMax)
      .map((each) => [
        terminal.paint(isExplained(each) ? 'green' : 'yellow', each.kind),
        each.line === undefined ? '–' : String(each.line),
        each.subject,
        each.detail,
        each.entries.map(entryText).join('; ') || 'no money differs',
      ]),
  );
  if (breaks.length > shownMax)
    terminal.line(`… and ${grouped(breaks.length - shownMax)} more; --json has all`);
  terminal.line();
  terminal.table(
    ['BREAKS', 'COUNT', 'EXPLAINED', 'DIFFERENCE'],
    breakKinds
      .map((kind) => ({ kind, same: breaks.filter((each) => each.kind === kind) }))
      .filter(({ same }) => same.length > 0)
      .map(({ kind, same }) => [
        kind,
        String(same.length),
        String(same.filter(isExplained).length),
        textOf(differenceOf(same)),
      ]),
  );
  terminal.line();
}

function entryText({ postings, entryId, status }: ProposedEntry): string {
  const text = postings
    .map(
      ({ debit, credit, amount, currency }) =>
        `debit ${debit}, credit ${credit}: ${formatMoney(moneyOf(amount, currency))}`,
    )
    .join('; ');
  return `${text} (${status === 'proposed' ? 'proposed' : `${status}: ${entryId}`})`;
}

function showBookings({ result, applied }: Reported, terminal: Terminal): void {
  const { bookings, outlived } = result;
  const waiting = bookings.filter(({ status }) => status === 'proposed');
  const shown = waiting.slice(0, shownMax);
  if (shown.length > 0) {
    terminal.table(
      ['TO BOOK', 'FROM', 'ENTRY'],
      shown.map((entry) => [entry.memo, entry.day ?? '–', entryText(entry)]),
    );
    terminal.line();
  }
  if (applied !== undefined)
    terminal.line(
      `${grouped(applied.booked)} entries booked, ${grouped(applied.reversed)} reversed, ${grouped(applied.refused.length)} refused`,
    );
  else if (outlived.length > 0)
    terminal.line(`${grouped(outlived.length)} entries explain what agrees now, and would be reversed`);
}

function hasProposals({ bookings, breaks, outlived }: Reconciliation): boolean {
  const entries = [...bookings, ...breaks.flatMap((each) => each.entries)];
  return outlived.length > 0 || entries.some(({ status }) => status === 'proposed');
}

function totalsOf(breaks: readonly Break[]): object {
  return Object.fromEntries(
    breakKinds.map((kind) => {
      const same = breaks.filter((each) => each.kind === kind);
      return [kind, { count: same.length, difference: plain(differenceOf(same)) }];
    }),
  );
}

/** Minor units as decimal text: sums may be beyond what a number holds exactly. */
function plain(sums: ReadonlyMap<Currency, bigint>): Readonly<Record<string, string>> {
  return Object.fromEntries([...sums].map(([code, sum]) => [code, String(sum)]));
}

function textOf(sums: ReadonlyMap<Currency, bigint>): string {
  const parts = currencyCode.options
    .map((code) => [code, sums.get(code) ?? 0n] as const)
    .filter(([, sum]) => sum !== 0n)
    .map(([code, sum]) =>
      Number.isSafeInteger(Number(sum)) ? formatSigned(Number(sum), code) : `${sum} minor units of ${code}`,
    );
  return parts.join(', ') || 'nothing';
}
