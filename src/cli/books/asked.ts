import { currency } from '../../domain/kernel/currency.ts';
import { instantSought } from '../../domain/kernel/instant.ts';
import { type CliContext, UsageError } from '../command.ts';

/** Which part of the books, and as of when. */
export interface Asked {
  readonly at?: string;
  readonly position?: number;
  readonly from?: string;
  readonly to?: string;
  readonly currency?: string;
}

const readers = {
  at: (text: string) => instantSought('down').safeParse(text).data,
  position: (text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  from: (text: string) => instantSought('up').safeParse(text).data,
  to: (text: string) => instantSought('up').safeParse(text).data,
  currency: (text: string) => currency.safeParse(text).data,
} as const;

const shapes: Readonly<Record<keyof typeof readers, string>> = {
  at: 'a time in UTC, such as 2026-01-31T09:30:00Z',
  position: 'a position of the log, such as 42',
  from: 'a time in UTC, such as 2026-01-31T00:00:00Z',
  to: 'a time in UTC, such as 2026-02-28T00:00:00Z',
  currency: 'an ISO 4217 code, such as EUR',
};

/**
 * What the options ask for.
 * @param taken those that mean something to the question
 * @throws UsageError for another one, or one that cannot be read
 */
export function askedOf(what: string, taken: readonly (keyof Asked)[], { options }: CliContext): Asked {
  const names = Object.keys(readers) as (keyof typeof readers)[];
  const given = names.flatMap((name) => {
    const text = options[name];
    if (typeof text !== 'string') return [];
    if (!taken.includes(name)) throw new UsageError(`--${name} means nothing to ${what}; ${useful(taken)}.`);
    const value = readers[name](text);
    if (value === undefined) throw new UsageError(`--${name} must be ${shapes[name]}.`);
    return [[name, value] as const];
  });
  const asked: Asked = Object.fromEntries(given);
  if (asked.at !== undefined && asked.position !== undefined)
    throw new UsageError('Give --at or --position, not both.');
  return asked;
}

function useful(taken: readonly string[]): string {
  return taken.length === 0 ? 'leave it out' : `it takes ${taken.map((name) => `--${name}`).join(', ')}`;
}
