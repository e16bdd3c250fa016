import { type Ledger, openLedger } from '../../main.ts';
import { balances } from '../../projections/balances.ts';
import { journal } from '../../projections/journal.ts';
import type { Books } from '../../queries/read-books.ts';
import type { CliContext } from '../command.ts';
import { grouped } from '../terminal.ts';
import type { Format } from './sheet.ts';

/** The books of a ledger, read from its stores without a server. */
export interface OpenBooks extends Omit<Books, 'store' | 'codec'>, Pick<Ledger, 'store' | 'codec'> {
  /** Says which position an answer holds for, and how far that is from where the log ends. */
  sayAsOf(asOf: number, context: CliContext, format: Format): Promise<void>;
  close(): Promise<void>;
}

/** @throws StoreUnavailable, ConfigError */
export async function openBooks({ config }: CliContext): Promise<OpenBooks> {
  const ledger = await openLedger(config, { documents: 'read' });
  const { readModel, store, codec, clock } = ledger;
  return {
    ...{ store, codec, clock },
    balances: readModel.reader(balances),
    journal: readModel.reader(journal),
    waitMsMax: config.READ_WAIT_MS_MAX,
    sayAsOf: async (asOf, { terminal }, format) => {
      const head = await store.head();
      const place = `as of position ${grouped(asOf)}; the log ends at ${grouped(head)}`;
      // A file of rows has nothing in it but rows.
      if (format === 'table') terminal.line(place);
      else if (format !== 'json') terminal.complain(place);
    },
    close: ledger.close,
  };
}
