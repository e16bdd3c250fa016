import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsCardNumber } from './card-number.ts';

/** The numbers that card networks publish for tests. */
const published = {
  Visa: '4111111111111111',
  'Visa of 19 digits': '4000000000000000006',
  Mastercard: '5555555555554444',
  'Mastercard of the 2-series': '2223003122003222',
  'the last Mastercard of the 2-series': '2720990000000007',
  'American Express': '378282246310005',
  'Diners Club': '30569309025904',
  Discover: '6011111111111117',
  JCB: '3530111333300000',
  UnionPay: '6200000000000005',
};

describe('a card number', () => {
  it.each(Object.entries(published))('of %s is found', (_issuer, number) => {
    expect(holdsCardNumber(number)).toBe(true);
  });

  it.each(Object.entries(published))('of %s is none with any one digit wrong', (_issuer, number) => {
    for (const [index, digit] of [...number].entries()) {
      const wrong = `${number.slice(0, index)}${(Number(digit) + 1) % 10}${number.slice(index + 1)}`;
      expect(holdsCardNumber(wrong), wrong).toBe(false);
    }
  });

  it.each([
    ['grouped by spaces', '4111 1111 1111 1111'],
    ['grouped by dashes', '4111-1111-1111-1111'],
    ['grouped as the issuer does', '3782 822463 10005'],
    ['every digit apart', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
    ['inside a sentence', 'please charge 4111111111111111, thanks'],
    ['without a space around it', 'card:4111111111111111.'],
    ['before its expiry date', '4111 1111 1111 1111 12/27'],
    ['before its expiry date and security code', '4111111111111111 12 27 123'],
    ['after a house number', 'Flat 12 4111 1111 1111 1111'],
    ['after a number of its own length', '1234567890123456 4111111111111111'],
    ['on a line of its own', 'order 17\n4111111111111111\nthanks'],
    ['as a member of JSON', '{"card":4111111111111111}'],
  ])('is found %s', (_how, text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  it.each([
    ['a number whose last digit is wrong', '4111111111111112'],
    ['a number without an issuer', '1111111111111117'],
    ['a bar code', '4006381333931'],
    ['a shipping container code of 18 digits', '340123450000000018'],
    ['a number that is a part of a longer one', '94111111111111111'],
    ['thirty digits', '411111111111111141111111111111'],
    ['a phone number', '+49 30 901820 1234'],
    ['a time', '2026-01-31T09:30:00.000Z'],
    ['digits with two spaces between', '4111  1111  1111  1111'],
    ['an amount', '9007199254740991'],
    ['a UUID', '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a'],
    ['nothing', ''],
  ])('is not taken for %s', (_what, text) => {
    expect(holdsCardNumber(text)).toBe(false);
  });

  it('is found wherever it stands among words, however it is grouped', () => {
    const words = fc.string({ unit: fc.constantFrom(...'abc ,.:;/\n') });
    const number = fc.constantFrom(...Object.values(published));
    const grouped = fc
      .tuple(number, fc.constantFrom('', ' ', '-'))
      .map(([digits, gap]) => digits.replaceAll(/(\d{4})(?=\d)/g, `$1${gap}`));
    fc.assert(
      fc.property(words, grouped, words, (before, card, after) => {
        expect(holdsCardNumber(`${before}${card}${after}`)).toBe(true);
      }),
    );
  });

  it('is looked for in time that grows with the text alone', () => {
    for (const text of ['1 '.repeat(5_000), '4111'.repeat(2_500), '4-'.repeat(5_000)]) {
      const startedMs = performance.now();
      holdsCardNumber(text);
      expect(performance.now() - startedMs).toBeLessThan(1_000);
    }
  });
});
