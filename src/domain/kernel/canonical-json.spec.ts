import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from './canonical-json.ts';

function canonicalOf(text: string): string {
  return canonicalJson(JSON.parse(text) as Json);
}

/** The definition of RFC 8785 once more, in the plainest words. */
function plainly(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(plainly).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value as { readonly [key: string]: Json });
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${plainly(member)}`).join(',')}}`;
}

describe('canonical JSON', () => {
  it('is that of the example of RFC 8785, section 3.2.2', () => {
    const text = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalOf(text)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts members by UTF-16 code units, as in RFC 8785, section 3.2.3', () => {
    const text = String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    expect(
      Object.values(
        JSON.parse(
          `[${canonicalOf(text)
            .slice(1, -1)
            .replaceAll(/"(?:[^"\\]|\\.)*":/g, '')}]`,
        ),
      ),
    ).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['1.0', '1'],
    ['1E21', '1e+21'],
    ['1e20', '100000000000000000000'],
    ['9007199254740992', '9007199254740992'],
    ['295147905179352825856', '295147905179352830000'],
    ['5e-324', '5e-324'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ['9.999999999999997e22', '9.999999999999997e+22'],
    ['333333333.33333325', '333333333.33333325'],
    ['0.000001', '0.000001'],
    ['0.0000001', '1e-7'],
  ])('writes the number %s as %s, as in RFC 8785, appendix B', (text, canonical) => {
    expect(canonicalOf(text)).toBe(canonical);
  });

  it('is one text for one value, and another for another', () => {
    expect(canonicalOf('{"b": 1.0, "a": [ {"d":1,"c":2} ]}')).toBe(
      canonicalOf('{"a":[{"c":2,"d":1}],"b":1}'),
    );
    expect(canonicalOf('{"a":null}')).not.toBe(canonicalOf('{}'));
    expect(canonicalOf('{"a":[1,2]}')).not.toBe(canonicalOf('{"a":[2,1]}'));
    expect(canonicalOf('{"a":"1"}')).not.toBe(canonicalOf('{"a":1}'));
  });

  it('sorts what is inside a member, and leaves those before and after it in their places', () => {
    expect(canonicalOf('{"a":1,"b":{"d":1,"c":2},"e":[3,{"g":1,"f":2}],"h":4}')).toBe(
      '{"a":1,"b":{"c":2,"d":1},"e":[3,{"f":2,"g":1}],"h":4}',
    );
  });

  it('keeps members whose names JavaScript treats as numbers, or as something of its own', () => {
    expect(canonicalOf('{"b":1,"10":2,"9":3,"a":4}')).toBe('{"10":2,"9":3,"a":4,"b":1}');
    expect(canonicalOf('{"z":{"2":1,"10":2}}')).toBe('{"z":{"10":2,"2":1}}');
    expect(canonicalOf('{"b":1,"__proto__":{"x":1},"":2}')).toBe('{"":2,"__proto__":{"x":1},"b":1}');
    expect(canonicalOf('{"b":1,"constructor":2,"toString":3}')).toBe('{"b":1,"constructor":2,"toString":3}');
  });

  it('leaves the value it was given as it was', () => {
    const value = { b: [{ d: 1, c: 2 }], a: 1 };
    const before = JSON.stringify(value);
    canonicalJson(value);
    expect(JSON.stringify(value)).toBe(before);
  });

  it('is the definition, for any value, on its short way as on its long one', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'b', 'A', '_', '__proto__', '1', '10', '9', '', '-', '€', 'toJSON', 'ö'),
      fc.string({ unit: 'grapheme' }),
    );
    const { value } = fc.letrec<{ value: Json; list: readonly Json[]; record: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(
          fc.constant(null),
          fc.boolean(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.string(),
        ),
        tie('list'),
        tie('record'),
      ),
      list: fc.array(tie('value')),
      record: fc.array(fc.tuple(name, tie('value'))).map((members): Json => Object.fromEntries(members)),
    }));
    fc.assert(
      fc.property(value, (any) => {
        expect(canonicalJson(any)).toBe(plainly(any));
        expect(canonicalOf(canonicalJson(any))).toBe(canonicalJson(any));
      }),
      { numRuns: 1_000 },
    );
  });
});
