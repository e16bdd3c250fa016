import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryFrom, entryText, watermarkFrom } from './entry-text.ts';

const name = 'order-details@1:4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
const entry = { body: '{"note":"Ärger 🔑\\n"}', asOf: 42, memo: { customerId: 'c-1', etag: '"3"' } };
const written = entryText(name, entry);

test('an entry is read as it was written', () => {
  expect(entryFrom(name, written)).toEqual(entry);
});

test('whatever is in it, it is read as it was written; only what was worked out may be missing', () => {
  const asOf = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const memo = fc.record({ customerId: fc.option(fc.string(), { nil: undefined }), etag: fc.string() });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), asOf, memo, (body, at, worked) => {
      const read = entryFrom(name, entryText(name, { body, asOf: at, memo: worked }));
      expect(read).toMatchObject({ body, asOf: at });
      expect([worked, undefined]).toContainEqual(read?.memo);
    }),
  );
});

test.each([
  ['nothing', ''],
  ['something else', 'garbage'],
  ['JSON', '{"body":"{}","asOf":1}'],
  ['another entry', written.replace('order-details@1:4', 'order-details@1:5')],
  ['an entry of another version of the projection', written.replace('@1', '@2')],
  ['an entry of another format', written.replace(/^1/, '2')],
  ['a position below zero', written.replace(' 42 ', ' -42 ')],
  ['a position that is none', written.replace(' 42 ', ' 4e2 ')],
  ['a position beyond what a number holds', written.replace(' 42 ', ' 9007199254740992 ')],
  ['an entry that was cut', written.slice(0, -1)],
  ['an entry with something behind it', `${written} `],
  ['a head without a body', written.split('\n').slice(0, 2).join('\n')],
  ['a watermark', '1 3 7'],
])('no entry is what holds %s', (_what, text) => {
  expect(entryFrom(name, text)).toBeUndefined();
});

test('an entry cut anywhere is none', () => {
  for (let length = 0; length < written.length; length++)
    expect(entryFrom(name, written.slice(0, length))).toBeUndefined();
});

test('a watermark says from where on what is there holds, and for what', () => {
  expect(watermarkFrom('1 3 7')).toEqual({ floor: 3, to: 7 });
});

test.each(['', '1 3', '2 3 7', '1 7 3', '1 3 7 9', '1 -3 7', '1 a 7', '1 3 9007199254740992', written])(
  'no watermark is %j',
  (text) => {
    expect(watermarkFrom(text)).toBeUndefined();
  },
);
