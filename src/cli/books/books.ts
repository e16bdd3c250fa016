import { type CliCommand, type CliContext, type ExitCode, UsageError } from '../command.ts';
import { type OpenBooks, openBooks } from './open-books.ts';
import { showEntries, showStatement } from './read-lines.ts';
import { showOrder } from './read-order.ts';
import { showAccounts, showTrialBalance } from './read-sums.ts';

type Question = (books: OpenBooks, context: CliContext) => Promise<ExitCode>;

const questions: Readonly<Record<string, Question>> = {
  accounts: showAccounts,
  'trial-balance': showTrialBalance,
  entries: showEntries,
  statement: showStatement,
  order: showOrder,
};

/** Which ones take a name. */
const named = new Set(['entries', 'statement', 'order']);

export const booksCommand: CliCommand = {
  summary: 'read the books: accounts, trial balance, entries, statements',
  usage:
    'accounts | trial-balance | entries CODE | statement CODE | order ID [--at T | --position P] [--from T] [--to T] [--currency C] [--csv | --ndjson]',
  help: `  accounts         every account that was booked on, with its balance on its normal side
  trial-balance    debit and credit of every account; exit code 1 where they do not balance
  entries CODE     the lines of an account, such as 4000 or 1100:external, newest first
  statement CODE   opening balance, every movement, closing balance
  order ID         what one order booked, and what that leaves on its own accounts
  --at T           accounts, trial-balance, order: with everything that took effect up to this time
  --position P     accounts, trial-balance, order: as the log up to this position gives it
  --from T, --to T entries, statement: from this time on, and before that one
  --currency C     of this currency only
  --csv            rows as a file for spreadsheets (RFC 4180), amounts in minor units
  --ndjson         rows as one JSON object a line, amounts in minor units

Reads the stores themselves: no server need run, and nothing is waited for. Each answer says the position it holds for;
files of rows have nothing but rows in them, so there it is said on standard error. Times are RFC 3339 UTC.`,
  options: {
    at: { type: 'string' },
    position: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    currency: { type: 'string' },
    csv: { type: 'boolean' },
    ndjson: { type: 'boolean' },
  },
  words: [1, 2],
  run: async (context) => {
    const [what = '', name] = context.words;
    const question = Object.hasOwn(questions, what) ? questions[what] : undefined;
    if (question === undefined)
      throw new UsageError(`The books do not answer ${what}; ask for ${Object.keys(questions).join(', ')}.`);
    if (!named.has(what) && name !== undefined) throw new UsageError(`${what} takes no name.`);
    const books = await openBooks(context);
    try {
      return await question(books, context);
    } finally {
      await books.close();
    }
  },
};
