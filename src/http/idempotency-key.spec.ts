import { expect, test } from 'vitest';
import { readIdempotencyKey } from './idempotency-key.ts';
import { Problem } from './problem.ts';

function complaintOf(header: string | undefined, lenient = true): string {
  try {
    return `no complaint: ${readIdempotencyKey(header, lenient)}`;
  } catch (error) {
    return error instanceof Problem ? error.slug : String(error);
  }
}

test.each([
  ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
  ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
  ['"a b, c; d"', 'a b, c; d'],
  ['"say \\"hi\\" \\\\"', 'say "hi" \\'],
  [`"${'k'.repeat(8)}"`, 'kkkkkkkk'],
  [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  // The length is that of the key, not of how it is spelt.
  [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
])('%s is the key %s', (header, key) => {
  expect(readIdempotencyKey(header, true)).toBe(key);
});

test.each([undefined, ''])('%j is no key at all', (header) => {
  expect(complaintOf(header)).toBe('idempotency-key-missing');
});

test.each([
  '"1234567"',
  '1234567',
  '"\\"\\"\\"\\"\\"\\"\\""',
  `"${'k'.repeat(256)}"`,
  '"never-closed',
  '"never-closed\\"',
  'closed-only"',
  '"key-12345";a=1',
  '"key-12345" ',
  ' "key-12345"',
  '"key-12345", "key-67890"',
  'key-12345, key-67890',
  'key-12345;a=1',
  'key 12345',
  'key\\12345',
  '"key\\12345"',
  '"key"12345"',
  '"schlüssel"',
  'schlüssel',
  '"key\t12345"',
  '"key\u007f12345"',
  '"        \u0000"',
  '""',
])('%j is not a key', (header) => {
  expect(complaintOf(header)).toBe('idempotency-key-invalid');
});

test('where only the standard’s form is taken, a bare key is not one', () => {
  expect(complaintOf('key-12345', false)).toBe('idempotency-key-invalid');
  expect(readIdempotencyKey('"key-12345"', false)).toBe('key-12345');
});
