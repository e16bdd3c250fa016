import type { StoredDocument } from '../../src/ports/read-model.ts';
import { type Balances, balances } from '../../src/projections/balances.ts';
import { type JournalPage, journal } from '../../src/projections/journal.ts';

/** The read models whose documents are named by positions, which every store counts in a way of its own. */
export const namedByPosition: ReadonlySet<string> = new Set([balances.name, journal.name]);

/**
 * What such a read model says, whatever store it is in: positions by their order, sums by time alone, and the lines of an
 * account by the minute, however many documents they are spread over.
 */
export async function contentOf(
  projection: string,
  documents: AsyncIterable<Pick<StoredDocument, 'body'>>,
  ordinalOf: (position: number) => number,
): Promise<readonly string[]> {
  const texts = new Map<string, object[]>();
  const add = (name: string, said: object) => texts.set(name, [...(texts.get(name) ?? []), said]);
  for await (const { body } of documents) {
    if (projection === balances.name) {
      const { currency, slot, position, accounts }: Balances = JSON.parse(body);
      if (!/^(?:block|span) /.test(slot)) add(`${currency} ${slot}`, { last: ordinalOf(position), accounts });
    } else {
      const { account, currency, minute, lines }: JournalPage = JSON.parse(body);
      for (const line of lines) {
        add(`${account} ${currency} ${minute}`, { ...line, position: ordinalOf(line.position) });
      }
    }
  }
  return [...texts]
    .map(([name, said]) => `${name} ${said.map((each) => JSON.stringify(each)).toSorted()}`)
    .toSorted();
}
