import { describe, expect, it } from 'vitest';
import { actorId, customerId, externalId, orderId, sku } from './ids.ts';
import { unprocessable } from './text.ts';

describe('an order id', () => {
  it('is a UUID in lower case, and nothing else', () => {
    const id = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
    expect(orderId.parse(id)).toBe(id);
    for (const wrong of [
      id.toUpperCase(),
      id.replaceAll('-', ''),
      `{${id}}`,
      ` ${id}`,
      `${id}\n`,
      id.slice(1),
      `${id}0`,
      id.replace('4', 'g'),
      '',
      undefined,
      1,
    ]) {
      expect(orderId.safeParse(wrong).success, String(wrong)).toBe(false);
    }
  });
});

describe.each([
  ['a customer id', customerId],
  ['an actor id', actorId],
  ['a sku', sku],
])('%s', (_name, schema) => {
  it('is 1 to 64 characters that are safe in a URL, a log line and a stream name', () => {
    for (const right of ['a', 'A-1_b.c:d', '0', 'x'.repeat(64)]) expect(schema.parse(right)).toBe(right);
    const wrong = ['', 'x'.repeat(65), 'a b', 'a/b', 'a\n', 'ä', 'a%2F', '$all', 'a@b', 'а', null, 1];
    for (const text of wrong) expect(schema.safeParse(text).success, String(text)).toBe(false);
  });
});

describe.each([
  ['a customer id', customerId],
  ['a sku', sku],
  ['an external id', externalId],
])('%s', (_name, schema) => {
  it.each([
    ['of 14 digits', '30569309025904'],
    ['of 16 digits', '4111111111111111'],
    ['among other characters', 'card-4111111111111111'],
  ])('is no card number %s: well-formed, but impossible', (_what, text) => {
    expect(schema.safeParse(text).error?.issues).toMatchObject([{ params: unprocessable }]);
  });
});

describe('an external id', () => {
  it('is any printable text of up to 128 characters, compared exactly', () => {
    for (const right of ['shop/№ 17', ' A ', 'x'.repeat(128), '謝謝'])
      expect(externalId.parse(right)).toBe(right);
    const wrong = ['', 'x'.repeat(129), 'a\nb', 'a\tb', 'a\u0000', 'a\u0085', '\ud800', 1, null];
    for (const text of wrong) expect(externalId.safeParse(text).success, JSON.stringify(text)).toBe(false);
  });
});
