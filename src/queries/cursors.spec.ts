import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '../http/problem.ts';
import { createCursors } from './cursors.ts';

const signWith = (secret: string) => (text: string) =>
  createHmac('sha256', secret).update(text).digest('base64url');
const cursors = createCursors(signWith('a secret of this deployment'));
const place = { value: '2026-01-31T09:30:00.000Z', tie: '42' };

function isRefused(cursor: string, question: string, by = cursors): boolean {
  try {
    by.read(cursor, question);
    return false;
  } catch (error) {
    return error instanceof Problem && error.slug === 'validation-failed';
  }
}

test('a cursor leads back to its place, whatever characters that has', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (value, tie, question) => {
      expect(cursors.read(cursors.write({ value, tie }, question), question)).toEqual({ value, tie });
    }),
  );
});

test('a cursor fits into a URL as it is', () => {
  const cursor = cursors.write({ value: 'ü/+?&=', tie: '"' }, 'q');
  expect(encodeURIComponent(cursor)).toBe(cursor);
});

test('a cursor is refused for any other question', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (asked, other) => {
      fc.pre(asked !== other);
      expect(isRefused(cursors.write(place, asked), other)).toBe(true);
    }),
  );
});

test('a cursor is refused when any one character of it is another', () => {
  const cursor = cursors.write(place, 'q');
  for (let index = 0; index < cursor.length; index++) {
    for (const other of ['A', 'B', '.', '']) {
      if (cursor[index] === other) continue;
      const changed = cursor.slice(0, index) + other + cursor.slice(index + 1);
      // The last character of base64url has bits that mean nothing; here the text counts, so they count too.
      expect(isRefused(changed, 'q'), changed).toBe(true);
    }
  }
});

test.each(['', '.', 'x', 'x.y', '....', 'W10.', '__proto__.x', '\ud800', 'ü.ü', 'x'.repeat(1_000)])(
  'the cursor %j was never made here',
  (cursor) => {
    expect(isRefused(cursor, 'q')).toBe(true);
  },
);

test('a cursor of another deployment is refused', () => {
  expect(isRefused(createCursors(signWith('another secret')).write(place, 'q'), 'q')).toBe(true);
});

test('the signature covers where the place ends and the question begins', () => {
  const [payload, signature] = cursors.write(place, 'one\ntwo').split('.');
  expect(isRefused(`${payload}\none.${signature}`, 'two')).toBe(true);
});

test('nothing may follow a cursor', () => {
  for (const more of ['.x', '.', '\n', ' ', '='])
    expect(isRefused(cursors.write(place, 'q') + more, 'q'), more).toBe(true);
});
