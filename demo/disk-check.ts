import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Guarantee, guarantee } from './checks/guarantee.ts';

interface DiskSecrets {
  readonly cardNumber: string;
  /** Texts of people, which the event log holds sealed only. */
  readonly notes: readonly string[];
  /** Something that is on the disk in clear for certain: without finding it, finding nothing means nothing. */
  readonly control: string;
}

/** Searches the files of a stopped ledger, byte by byte. */
export function searchDisk(
  dataDir: string,
  { cardNumber, notes, control }: DiskSecrets,
): readonly Guarantee[] {
  const files = readdirSync(dataDir).map((name) => ({ name, bytes: readFileSync(join(dataDir, name)) }));
  const log = files.filter(({ name }) => name.startsWith('ledger.db'));
  const isSearchable = log.some(({ bytes }) => bytes.includes(control));
  const blind = isSearchable ? undefined : `not even ${control} was found`;
  return [
    guarantee('Card numbers that were sent: in none of the files', files, ({ name, bytes }) =>
      bytes.includes(cardNumber) ? `${name} holds it` : blind,
    ),
    guarantee('Notes of customers: sealed in the event log', [...new Set(notes)], (note) =>
      log.some(({ bytes }) => bytes.includes(note)) ? `in clear: ${note}` : blind,
    ),
  ];
}
