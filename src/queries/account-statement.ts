import { normalBalanceOf, Sums } from '../domain/books/sums.ts';
import { describeAccount } from './books-parameters.ts';
import { entryItem } from './list-entries.ts';
import { type Books, readSumsUntil, sumsNow } from './read-books.ts';
import { type JournalEntry, journalLines } from './read-lines.ts';
import { settled } from './settled.ts';

/** One account in one currency, from `from`, inclusive, to `to`, exclusive. */
interface StatementAsked {
  readonly account: string;
  readonly currency: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Currencies an account was ever booked in. @throws StoreUnavailable */
export async function currenciesBooked(books: Books, account: string): Promise<readonly string[]> {
  const { sums } = await sumsNow(books, { account });
  return sums.accounts().map(({ currency }) => currency);
}

/**
 * Opening balance, movements, closing balance, all of one position; `undefined` where there are more than `linesMax`
 * movements. @throws StoreUnavailable
 */
export function accountStatement(books: Books, asked: StatementAsked, linesMax: number) {
  return settled(books, async (moment) => {
    const { from } = asked;
    const sums = from === undefined ? noSums : await readSumsUntil(books, asked, from, false, moment);
    const lines: JournalEntry[] = [];
    for await (const line of journalLines(books, asked, moment)) {
      lines.push(line);
      if (lines.length > linesMax) return undefined;
    }
    const { asOf } = moment;
    const counted = lines.filter(({ position }) => position <= asOf).toReversed();
    return { statement: put(asked, sums(), counted), asOf };
  });
}

function noSums(): Sums {
  return new Sums();
}

/** @param lines oldest first */
function put({ account, currency, from, to }: StatementAsked, before: Sums, lines: readonly JournalEntry[]) {
  const opening = normalBalanceOf(before.account(account, currency));
  const moved = new Sums();
  const movements = lines.map((line) => {
    moved.book(line);
    const balance = opening + normalBalanceOf(moved.account(account, currency));
    return { ...entryItem(line), balance };
  });
  const { debit, credit } = moved.account(account, currency);
  return {
    code: account,
    ...describeAccount(account),
    currency,
    from: from ?? null,
    to: to ?? null,
    opening,
    debit,
    credit,
    closing: movements.at(-1)?.balance ?? opening,
    movements,
  };
}
