import { accountCode } from '../../domain/books/chart.ts';
import { accountStatement, currenciesBooked } from '../../queries/account-statement.ts';
import { entryItem } from '../../queries/list-entries.ts';
import { type JournalEntry, journalLines } from '../../queries/read-lines.ts';
import { Moment } from '../../queries/settled.ts';
import { type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';
import { grouped } from '../terminal.ts';
import { askedOf } from './asked.ts';
import type { OpenBooks } from './open-books.ts';
import { formatOf, writeRows } from './sheet.ts';

const taken = ['from', 'to', 'currency'] as const;
const money = true;

/** Lines for people; a file of rows has them all. */
const linesShownMax = 1_000;
/** Lines of a statement, which is held in memory. */
const statementLinesMax = 100_000;

const columns = [
  { name: 'at' },
  { name: 'position' },
  { name: 'type' },
  { name: 'stream' },
  { name: 'side' },
  { name: 'currency' },
  { name: 'amount', money },
] as const;

/** `ledger books entries CODE`: newest first, as many as there are where they are written to a file. */
export async function showEntries(books: OpenBooks, context: CliContext): Promise<ExitCode> {
  const { terminal } = context;
  const format = formatOf(context);
  const account = accountNamed(context);
  const asked = { ...askedOf('entries', taken, context), account };
  const moment = new Moment();
  const lines = items(journalLines(books, asked, moment));
  if (format === 'csv' || format === 'ndjson') {
    await writeRows([...columns, { name: 'eventId' }], lines, format, terminal);
    await books.sayAsOf(moment.asOf, context, format);
    return exitCodes.done;
  }
  const shown = [];
  for await (const line of lines) {
    shown.push(line);
    if (shown.length > linesShownMax) break;
  }
  const found = shown.slice(0, linesShownMax);
  await writeRows(columns, found, format, terminal);
  const more = shown.length > linesShownMax;
  if (more)
    terminal.line(
      `older ones are left out: narrow it down with --to, or use --csv or --ndjson for all of them`,
    );
  await books.sayAsOf(moment.asOf, context, format);
  terminal.answer({ asOf: moment.asOf, items: found, more });
  return exitCodes.done;
}

async function* items(lines: AsyncIterable<JournalEntry>) {
  for await (const line of lines) yield entryItem(line);
}

/** `ledger books statement CODE`: oldest first, between what was there before and what is left. */
export async function showStatement(books: OpenBooks, context: CliContext): Promise<ExitCode> {
  const { terminal } = context;
  const format = formatOf(context);
  const account = accountNamed(context);
  const asked = askedOf('statement', taken, context);
  const currency = asked.currency ?? onlyOne(await currenciesBooked(books, account));
  if (currency === undefined) {
    terminal.complain(`Nothing was ever booked on ${account}; \`ledger books accounts\` lists what was.`);
    return exitCodes.no;
  }
  const found = await accountStatement(books, { ...asked, account, currency }, statementLinesMax);
  if (found === undefined) {
    terminal.complain(
      `There are more than ${grouped(statementLinesMax)} movements: narrow them down with --from and --to, or use \`ledger books entries\`.`,
    );
    return exitCodes.no;
  }
  const { statement, asOf } = found;
  const { from, to, opening, closing, movements } = statement;
  const rows = [
    { at: from ?? '', type: 'opening balance', currency, balance: opening },
    ...movements,
    { at: to ?? '', type: 'closing balance', currency, balance: closing },
  ];
  await writeRows([...columns, { name: 'balance', money }], rows, format, terminal);
  await books.sayAsOf(asOf, context, format);
  terminal.answer({ asOf, ...statement });
  return exitCodes.done;
}

function accountNamed({ words: [what, code] }: CliContext): string {
  const parsed = accountCode.safeParse(code);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    code === undefined
      ? `Name the account: ${what} 4000.`
      : `${code} is not in the chart of accounts; \`ledger books accounts\` lists those that were booked on.`,
  );
}

function onlyOne(currencies: readonly string[]): string | undefined {
  if (currencies.length < 2) return currencies[0];
  throw new UsageError(
    `The account has several currencies; say --currency, one of ${currencies.join(', ')}.`,
  );
}
