import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../http/problem.ts';
import type { ListPlace } from '../ports/read-model.ts';

/** Makes the opaque places between two pages. They are signed, and good only for the very question they came from. */
export interface Cursors {
  /** @param question everything that decides which rows there are and who asks. */
  write(place: ListPlace, question: string): string;
  /** @throws Problem `validation-failed` for a cursor that is not one, or belongs to another question. */
  read(cursor: string, question: string): ListPlace;
}

/** Keyed hash of a text, base64url. */
export type Sign = (text: string) => string;

/** Nothing else: a line break in the place could move where the question begins. */
const written = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const place = z.tuple([z.string(), z.string()]);

export function createCursors(sign: Sign): Cursors {
  return {
    write: ({ value, tie }, question) => {
      const payload = Buffer.from(JSON.stringify([value, tie])).toString('base64url');
      return `${payload}.${sign(`${payload}\n${question}`)}`;
    },
    read: (cursor, question) => {
      const [, payload = '', signature = ''] = written.exec(cursor) ?? [];
      const expected = Buffer.from(sign(`${payload}\n${question}`));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalid();
      const [value, tie] = place.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
      return { value, tie };
    },
  };
}

function invalid(): Problem {
  const message =
    'must be the nextCursor of this very question, asked by the same caller with the same filters';
  return new Problem('validation-failed', `cursor: ${message}.`, {
    errors: [{ pointer: 'query/cursor', message }],
  });
}
