import { describe, expect, it } from 'vitest';
import { booksAggregate } from '../src/domain/books/aggregate.ts';
import type { BooksEvent } from '../src/domain/books/decide-entries.ts';
import { entries, givenBooks, idOfEntry, payout, posting } from './support/books-builders.ts';
import {
  addGoldenFile,
  complaintAbout,
  decodeHistory,
  foldHistory,
  hasGoldenFile,
  readGoldenFile,
} from './support/golden-file.ts';

const { events: catalogue } = booksAggregate;
const evolve = booksAggregate.evolve as Parameters<typeof foldHistory>[0];

const fee = posting('5000', '1100:external', 3);
const posted = [entries.opened, entries.posted(1, [payout, fee], 'po_1 – №17')];
const undone = [posting('1100:external', '1000'), posting('1100:external', '5000', 3)];

/** For every event of the books a history that ends with it; an event without one does not compile. */
const specimens: { readonly [Type in BooksEvent['type']]: readonly BooksEvent[] } = {
  BooksOpened: [entries.opened],
  EntryPosted: [
    ...posted,
    {
      type: 'EntryPosted',
      data: {
        entryId: idOfEntry(2),
        postings: undone,
        memo: 'posted by mistake\n– twice',
        reference: 'po_1',
        reverses: idOfEntry(1),
      },
    },
  ],
  CommandRefused: [...posted, entries.refused],
};

const versions = Object.entries(catalogue).flatMap(([type, { version }]) =>
  Array.from({ length: version }, (_, index) => ({
    type,
    version: index + 1,
    name: `books/${type}.v${index + 1}`,
  })),
);

/** See test/golden/README.md: adds what is missing, and only that. */
if (process.env['ADD_GOLDEN'] === '1') {
  for (const [type, history] of Object.entries(specimens)) {
    const name = `books/${type}.v${versionOf(type)}`;
    if (hasGoldenFile(name)) continue;
    const stored = history.map(({ type: each, data }) => ({ type: each, version: versionOf(each), data }));
    addGoldenFile(name, { history: stored, state: givenBooks(...history).state });
  }
}

function versionOf(type: string): number {
  return catalogue[type]?.version ?? 0;
}

it('there is a golden file for every version of every event of the books', () => {
  expect(versions.map(({ name }) => name).filter((name) => !hasGoldenFile(name))).toEqual([]);
});

describe.each(versions.filter(({ name }) => hasGoldenFile(name)))(
  '$name, as it was stored',
  ({ type, version, name }) => {
    const { history, state } = readGoldenFile(name);

    it('ends with that event in that version, and says something of every field', () => {
      expect(history.at(-1)).toMatchObject({ type, version });
      if (version === versionOf(type))
        expect(Object.keys(history.at(-1)?.data ?? {}).sort()).toEqual(
          Object.keys(catalogue[type]?.data.shape ?? {}).sort(),
        );
    });

    it('is read by this build, has the shape of today, and leads to the same state for ever', async () => {
      const decoded = await decodeHistory(catalogue, history);
      for (const event of decoded) expect(complaintAbout(catalogue, event), event.type).toBeUndefined();
      expect(foldHistory(evolve, decoded)).toStrictEqual(state);
    });
  },
);
