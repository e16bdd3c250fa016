import type { Currency } from '../kernel/currency.ts';
import type { EntryId } from '../kernel/ids.ts';
import type { Posting } from './posting.ts';

/** Everything that can be asked of the books of one currency. Ids arrive with the command. */
export type BooksCommand =
  | {
      readonly type: 'PostEntry';
      readonly entryId: EntryId;
      /** That of the stream. */
      readonly currency: Currency;
      readonly postings: readonly Posting[];
      readonly memo: string;
      readonly reference?: string;
    }
  | {
      readonly type: 'ReverseEntry';
      /** Of the entry that undoes it. */
      readonly entryId: EntryId;
      readonly reverses: EntryId;
      readonly memo: string;
    };

export type BooksCommandOf<Type extends BooksCommand['type']> = Extract<
  BooksCommand,
  { readonly type: Type }
>;
