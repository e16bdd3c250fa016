import { z } from 'zod';

/** A moment in UTC with millisecond precision, always `YYYY-MM-DDTHH:mm:ss.sssZ`, so text order is time order. */
export type Instant = string & z.$brand<'Instant'>;

const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|\+00:00)$/;
const canonical = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Reads RFC 3339 UTC, `Z` or `+00:00`, with up to three fraction digits; `undefined` for anything else, days that do not exist included. */
export function parseInstant(text: string): Instant | undefined {
  if (!shape.test(text)) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return undefined;
  const iso = date.toISOString();
  // V8 rolls 30 February over into March instead of refusing it.
  return iso.startsWith(text.slice(0, 19)) ? (iso as Instant) : undefined;
}

/** An instant as it is stored: canonical text only. */
export const storedInstant = z.string().regex(canonical).brand<'Instant'>();

/** An instant as callers write it; the output is canonical. */
export const instantInput = instantRead(parseInstant);

/**
 * An instant that is only compared with those of the ledger, which have milliseconds: finer ones, down to nanoseconds,
 * are rounded to where the comparison stays exact. Down for "no later than", up for "from" and "before".
 */
export function instantSought(rounding: 'down' | 'up') {
  return instantRead((text) => parseFine(text, rounding));
}

const fine = /^(.+\.\d{3})(\d{1,6})(Z|\+00:00)$/;

function parseFine(text: string, rounding: 'down' | 'up'): Instant | undefined {
  const [, coarse, rest, zone] = fine.exec(text) ?? [];
  if (coarse === undefined) return parseInstant(text);
  const floor = parseInstant(`${coarse}${zone}`);
  if (floor === undefined || rounding === 'down' || Number(rest) === 0) return floor;
  return parseInstant(new Date(Date.parse(floor) + 1).toISOString());
}

function instantRead(parse: (text: string) => Instant | undefined) {
  return z
    .string()
    .meta({ format: 'date-time', examples: ['2026-01-31T09:30:00Z'] })
    .transform((text, context) => {
      const parsed = parse(text);
      if (parsed !== undefined) return parsed;
      context.issues.push({
        code: 'custom',
        input: text,
        message: 'must be RFC 3339 in UTC, such as 2026-01-31T09:30:00Z',
      });
      return z.NEVER;
    });
}
