import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { instantInput, instantSought, parseInstant, storedInstant } from './instant.ts';

describe('reading an instant', () => {
  it.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00.5Z', '2026-01-31T09:30:00.500Z'],
    ['2026-01-31T09:30:00.05Z', '2026-01-31T09:30:00.050Z'],
    ['2026-01-31T09:30:00.123Z', '2026-01-31T09:30:00.123Z'],
    ['2026-01-31T09:30:00+00:00', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00.5+00:00', '2026-01-31T09:30:00.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('makes %s canonical', (text, canonical) => {
    expect(parseInstant(text)).toBe(canonical);
  });

  it.each([
    ['a day that does not exist', '2026-02-30T00:00:00Z'],
    ['29 February of a common year', '2026-02-29T00:00:00Z'],
    ['a 31st of a month that has 30', '2026-04-31T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['day 0', '2026-01-00T00:00:00Z'],
    ['hour 24', '2026-01-31T24:00:00Z'],
    ['minute 60', '2026-01-31T09:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['an offset', '2026-01-31T09:30:00+01:00'],
    ['an offset of unknown place', '2026-01-31T09:30:00-00:00'],
    ['no zone', '2026-01-31T09:30:00'],
    ['a lower-case zone', '2026-01-31T09:30:00z'],
    ['a space for the T', '2026-01-31 09:30:00Z'],
    ['microseconds', '2026-01-31T09:30:00.123456Z'],
    ['a point and no digit', '2026-01-31T09:30:00.Z'],
    ['a date alone', '2026-01-31'],
    ['a year of five digits', '+012026-01-31T09:30:00Z'],
    ['a line break at the end', '2026-01-31T09:30:00Z\n'],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(instantInput.safeParse(text).error?.issues[0]?.message).toMatch(/RFC 3339/);
  });

  it('keeps every millisecond, and the order of time is the order of text', () => {
    const time = fc.date({
      min: new Date(0),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(time, time, (one, other) => {
        const [a = '', b = ''] = [one, other].map((date) => parseInstant(date.toISOString()));
        expect(a).toBe(one.toISOString());
        expect(a < b).toBe(one.getTime() < other.getTime());
      }),
    );
  });
});

it('an instant as callers write it is described to them', () => {
  for (const schema of [instantInput, instantSought('down')])
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({
      type: 'string',
      format: 'date-time',
      examples: ['2026-01-31T09:30:00Z'],
    });
});

describe('a stored instant', () => {
  it('is canonical text and no other', () => {
    expect(storedInstant.safeParse('2026-01-31T09:30:00.000Z').success).toBe(true);
    for (const text of ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.0Z', '2026-01-31T09:30:00.0000Z', 1]) {
      expect(storedInstant.safeParse(text).success).toBe(false);
    }
  });

  it('is what reading gives', () => {
    expect(storedInstant.safeParse(instantInput.parse('2026-01-31T09:30:00Z')).success).toBe(true);
  });
});

describe('an instant that is only compared', () => {
  it.each([
    ['2026-01-31T09:30:00.123456Z', '2026-01-31T09:30:00.123Z', '2026-01-31T09:30:00.124Z'],
    ['2026-01-31T09:30:00.123000+00:00', '2026-01-31T09:30:00.123Z', '2026-01-31T09:30:00.123Z'],
    ['2026-12-31T23:59:59.999000001Z', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
    ['2026-01-31T09:30:00.12Z', '2026-01-31T09:30:00.120Z', '2026-01-31T09:30:00.120Z'],
  ])('may be finer than a millisecond: %s', (text, down, up) => {
    expect(instantSought('down').parse(text)).toBe(down);
    expect(instantSought('up').parse(text)).toBe(up);
  });

  it.each([
    '2026-02-30T00:00:00.123456Z',
    '2026-01-31T09:30:00.1234567890Z',
    '2026-01-31T09:30:00.123456+01:00',
  ])('is refused like any other: %s', (text) => {
    for (const rounding of ['down', 'up'] as const)
      expect(instantSought(rounding).safeParse(text).error?.issues[0]?.message).toMatch(/RFC 3339/);
  });

  it('divides the milliseconds around it as it would itself', () => {
    const ms = fc.integer({ min: 0, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: 0, max: 999_999 }), (whole, near, nanos) => {
        const text = `${new Date(whole).toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
        for (const other of [near, whole - 1, whole, whole + 1].filter((each) => each >= 0)) {
          const event = new Date(other).toISOString();
          const isAfterOrAt = other > whole || (other === whole && nanos === 0);
          expect(event >= instantSought('up').parse(text)).toBe(isAfterOrAt);
          expect(event <= instantSought('down').parse(text)).toBe(other <= whole);
        }
      }),
    );
  });
});
