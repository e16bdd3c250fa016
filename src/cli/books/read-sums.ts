import { faultsOf, type TrialBalance, trialBalancesOf } from '../../domain/books/sums.ts';
import { trialBalanceItem } from '../../queries/get-trial-balance.ts';
import { accountItems } from '../../queries/list-accounts.ts';
import { type SumsAsOf, sumsAtPosition, sumsNow, sumsUntil } from '../../queries/read-books.ts';
import { type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';
import { type Asked, askedOf } from './asked.ts';
import { decimalOf } from './decimal.ts';
import type { OpenBooks } from './open-books.ts';
import { formatOf, writeRows } from './sheet.ts';

const taken = ['at', 'position', 'currency'] as const;
const money = true;

/** `ledger books accounts` */
export async function showAccounts(books: OpenBooks, context: CliContext): Promise<ExitCode> {
  const format = formatOf(context);
  const asked = askedOf('accounts', taken, context);
  const { sums, asOf } = await read(books, asked);
  const items = accountItems(sums);
  const columns = [
    { name: 'code' },
    { name: 'name' },
    { name: 'kind' },
    { name: 'currency' },
    { name: 'debit', money },
    { name: 'credit', money },
    { name: 'balance', money },
    { name: 'entries' },
  ];
  await writeRows(columns, items, format, context.terminal);
  await books.sayAsOf(asOf, context, format);
  context.terminal.answer({ asOf, items });
  return exitCodes.done;
}

/** `ledger books trial-balance`: no where it does not balance. */
export async function showTrialBalance(books: OpenBooks, context: CliContext): Promise<ExitCode> {
  const { terminal } = context;
  const format = formatOf(context);
  const asked = askedOf('trial-balance', taken, context);
  const { sums, asOf } = await read(books, asked);
  const balances = trialBalancesOf(sums);
  const items = balances.map(trialBalanceItem);
  const columns = [
    { name: 'code' },
    { name: 'name' },
    { name: 'kind' },
    { name: 'currency' },
    { name: 'debit', money },
    { name: 'credit', money },
    { name: 'balance', money },
  ];
  const rows = balances.flatMap((balance, index) => [
    ...(items[index]?.accounts ?? []),
    ...(format === 'table' ? [totalOf(balance)] : []),
  ]);
  await writeRows(columns, rows, format, terminal);
  if (format === 'table') for (const balance of balances) terminal.line(equationOf(balance));
  await books.sayAsOf(asOf, context, format);
  const faults = balances.flatMap(faultsOf);
  for (const fault of faults) terminal.complain(`${fault}; run \`ledger verify\` to find where`);
  terminal.answer({ asOf, items });
  return faults.length === 0 ? exitCodes.done : exitCodes.no;
}

async function read(books: OpenBooks, { at, position, currency }: Asked): Promise<SumsAsOf> {
  if (at !== undefined) return sumsUntil(books, { currency }, at, true);
  if (position === undefined) return sumsNow(books, { currency });
  const head = await books.store.head();
  if (position > head) throw new UsageError(`--position must not be beyond ${head}, where the log ends.`);
  return { sums: await sumsAtPosition(books, { currency }, position), asOf: position };
}

function totalOf({ currency, debit, credit, difference }: TrialBalance) {
  return { code: 'total', currency, debit, credit, balance: difference };
}

function equationOf({ currency, assets, liabilities, equity, revenue, expenses }: TrialBalance): string {
  const [a, l, e, r, x] = [assets, liabilities, equity, revenue, expenses].map((sum) =>
    decimalOf(sum, currency),
  );
  return `${currency}  assets ${a} − liabilities ${l} = equity ${e} + revenue ${r} − expenses ${x}`;
}
