import { basename } from 'node:path';
import { openBooksCommands } from '../../books-commands.ts';
import { gatewayName } from '../../domain/order/payment-events.ts';
import { LedgerSide } from '../../domain/reconciliation/ledger-side.ts';
import { orderNameIn } from '../../domain/reconciliation/movement.ts';
import { type Reconciliation, reconcile } from '../../domain/reconciliation/reconcile.ts';
import { columns, rowTypes } from '../../domain/reconciliation/settlement-row.ts';
import { type Ledger, openLedger } from '../../main.ts';
import { catchUp } from '../catch-up.ts';
import { type CliCommand, type CliContext, exitCodes, UsageError } from '../command.ts';
import { requireFile } from '../files.ts';
import type { Terminal } from '../terminal.ts';
import { type Applied, applyProposals, entryIdsBy } from './apply.ts';
import { readBooks } from './read-books.ts';
import { report } from './report.ts';
import { fileMbMax, readSettlementFile, rowsMax, type SettlementFile } from './settlement-file.ts';

const toleranceDaysDefault = 3;
const toleranceDaysMax = 60;

export const reconcileFile: CliCommand = {
  summary: 'match a provider’s settlement file against the books',
  usage: 'FILE.csv [--gateway NAME] [--tolerance-days N] [--apply]',
  help: `  --gateway NAME       whose file it is: the part after 1100: of its account [that of PAYMENT_GATEWAY]
  --tolerance-days N   days that file and books may be apart, 0 to ${toleranceDaysMax} [${toleranceDaysDefault}]
  --apply              book what is proposed; without it nothing is changed

The file is CSV (RFC 4180) in UTF-8, at most ${fileMbMax} MB and ${rowsMax} rows. Its first line names the columns, in any order; others
than these are not read:
  ${columns.join(',')}
  line       what the provider calls the row
  type       ${rowTypes.join(', ')}
  reference  what the row is about: what the provider called it when it answered, or the ledger's payment/… key. Where the
             ledger asks no provider: ORDER/TYPE/N, such as 4f0c…/refund/2, N counting those of its type on the order
             from 1, or ORDER alone; ORDER is the order's id, or the caller's own. Of a fee or a payout, its own id
  gross      what it does to the provider's balance before the fee: a capture is more than 0, a refund, a dispute and
             a payout less; of a fee 0. Amounts are exact decimals, such as 12.50 or -12.50
  fee        what the provider charges for it, less than 0 where it gives a fee back
  net        gross − fee
  currency   ISO 4217
  date       a day, 2026-01-31, or a time in UTC
  payout     id of the payout it was paid out with, if any; of a payout, its own

Breaks: missing (in the books, not in the file), duplicate (in the file twice), amount, fee, currency (not the same; amount
also of a payout that is not the sum of its rows), timing (too many days apart, or not yet confirmed to the books), and
unknown (in the file, not in the books). Each comes with the entry that explains it: against 1900 suspense, and for fees
against 5000 or 5100. What only a provider can tell, payouts and fees, is proposed too and is no break. Movements of the
last days of a file, as many as may be apart, need not be in it yet; let the next file begin with them.

With --apply every entry is booked once, however often and from however many files it is proposed, and one whose break is
gone is reversed. Exit codes: 0 no break that is not explained by an entry; 1 there is one, or a row that cannot be used.`,
  options: {
    gateway: { type: 'string' },
    'tolerance-days': { type: 'string' },
    apply: { type: 'boolean' },
  },
  words: [1, 1],
  run: async (context) => {
    const [path = ''] = context.words;
    const gateway = gatewayFrom(context.options['gateway'], context.config.PAYMENT_GATEWAY);
    const toleranceDays = toleranceFrom(context.options['tolerance-days']);
    requireFile(path);
    const file = await readFile(path, context.terminal);
    const applies = context.options['apply'] === true;
    const ledger = await openLedger(context.config, {
      append: applies,
      documents: applies ? 'write' : 'none',
    });
    try {
      const run = new Run(ledger, file, { gateway, toleranceDays }, context.terminal);
      const found = await run.find();
      const applied = applies ? await run.apply(found) : undefined;
      const result = applied === undefined ? found : await run.find();
      if (applied !== undefined) await catchUp(ledger);
      const { suspense } = run.side;
      const reported = { path: basename(path), file, gateway, toleranceDays, result, suspense };
      const isWell = report(applied === undefined ? reported : { ...reported, applied }, context.terminal);
      return isWell ? exitCodes.done : exitCodes.no;
    } finally {
      await ledger.close();
    }
  },
};

/** A provider is called as its setting begins. */
function gatewayFrom(option: CliContext['options'][string], setting: string): string {
  const parsed = gatewayName.safeParse(option ?? setting.split(':')[0]);
  if (!parsed.success) throw new UsageError('--gateway takes 1–32 characters of a-z 0-9 -.');
  return parsed.data;
}

function toleranceFrom(option: CliContext['options'][string]): number {
  if (option === undefined) return toleranceDaysDefault;
  const days = /^\d{1,2}$/.test(String(option)) ? Number(option) : Number.NaN;
  if (days <= toleranceDaysMax) return days;
  throw new UsageError(`--tolerance-days takes a whole number from 0 to ${toleranceDaysMax}.`);
}

async function readFile(path: string, terminal: Terminal): Promise<SettlementFile> {
  const startedMs = performance.now();
  const file = await readSettlementFile(path, (fraction, count) =>
    terminal.progress('read file', {
      fraction,
      count,
      unit: 'rows',
      elapsedMs: performance.now() - startedMs,
    }),
  );
  terminal.progressDone();
  return file;
}

/** One reconciliation: finds, books, and finds again with what was booked since. */
class Run {
  readonly side: LedgerSide;
  readonly #ledger: Ledger;
  readonly #file: SettlementFile;
  readonly #options: { readonly gateway: string; readonly toleranceDays: number };
  readonly #terminal: Terminal;
  #position = 0;

  constructor(
    ledger: Ledger,
    file: SettlementFile,
    options: { readonly gateway: string; readonly toleranceDays: number },
    terminal: Terminal,
  ) {
    this.#ledger = ledger;
    this.#file = file;
    this.#options = options;
    this.#terminal = terminal;
    const names = file.rows.flatMap(({ reference }) => [reference, orderNameIn(reference)]);
    this.side = new LedgerSide({ gateway: options.gateway, names, from: file.from, to: file.to });
  }

  async find(): Promise<Reconciliation> {
    const startedMs = performance.now();
    const terminal = this.#terminal;
    this.#position = await readBooks(this.#ledger, this.side, this.#position, (fraction, count) =>
      terminal.progress('read books', {
        fraction,
        count,
        unit: 'events',
        elapsedMs: performance.now() - startedMs,
      }),
    );
    terminal.progressDone();
    return reconcile({
      ...this.#file,
      ...this.#options,
      movements: this.side.movements.values(),
      entries: this.side.entries,
      entryIdOf: entryIdsBy(this.#ledger.digest),
    });
  }

  /** @throws UsageError where no order was ever paid through the provider: it is misspelt, or the file is another's */
  async apply(found: Reconciliation): Promise<Applied> {
    const { gateways } = this.side;
    if (!gateways.has(this.#options.gateway)) {
      const known = [...gateways].toSorted().join(', ') || 'none yet';
      throw new UsageError(
        `No order was ever paid through ${this.#options.gateway}, so nothing is booked. The books know: ${known}. Name one with --gateway.`,
      );
    }
    const startedMs = performance.now();
    const terminal = this.#terminal;
    const applied = await applyProposals(found, {
      handle: openBooksCommands(this.#ledger, { count: () => {} }),
      digest: this.#ledger.digest,
      requestId: `reconcile-${this.#file.digest.slice(0, 32)}`,
      onProgress: (count, of) =>
        terminal.progress('book', {
          fraction: count / of,
          count,
          unit: 'entries',
          elapsedMs: performance.now() - startedMs,
        }),
    });
    terminal.progressDone();
    return applied;
  }
}
