import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader, type CsvRecord } from './csv.ts';

function read(...pieces: readonly string[]): readonly CsvRecord[] {
  const reader = new CsvReader();
  return [...pieces.flatMap((piece) => [...reader.read(piece)]), ...reader.end()];
}

const fieldsOf = (records: readonly CsvRecord[]) =>
  records.map((record) => ('fields' in record ? record.fields : record.problem));

describe('reading comma-separated values', () => {
  it.each(['\n', '\r\n', '\r'])('ends records at %j, the last one with or without it', (end) => {
    const records = [
      ['a', 'b'],
      ['', ''],
    ];
    expect(fieldsOf(read(`a,b${end},`))).toEqual(records);
    expect(fieldsOf(read(`a,b${end},${end}`))).toEqual(records);
  });

  it('takes quoted fields with commas, quotes and line breaks in them', () => {
    expect(read('a,"b,""c""\r\nd"\n"",e')).toEqual([
      { line: 1, fields: ['a', 'b,"c"\r\nd'] },
      { line: 3, fields: ['', 'e'] },
    ]);
  });

  it('leaves out a byte order mark and empty lines, and counts them', () => {
    expect(read('\uFEFFa\n\n\nb\n\n')).toEqual([
      { line: 1, fields: ['a'] },
      { line: 4, fields: ['b'] },
    ]);
  });

  it.each([
    ['a "quote" inside', /not quoted/],
    ['"closed" too early', /end of a quoted field/],
    [','.repeat(200), /more than 200 fields/],
    ['x'.repeat(70_000), /longer than 65536/],
    [`"${'never closed\n'.repeat(6_000)}`, /longer than 65536/],
  ])('says what is wrong with a record, and reads on at the next line: %#', (bad, problem) => {
    const records = read(`first\n${bad}\nlast,one\n`);
    expect(records[0]).toEqual({ line: 1, fields: ['first'] });
    expect(records[1]).toMatchObject({ line: 2, problem: expect.stringMatching(problem) });
    expect(records.at(-1)).toMatchObject({ fields: ['last', 'one'] });
  });

  it('says where a field has no end', () => {
    expect(read('a\n"b,c\nd')).toEqual([
      { line: 1, fields: ['a'] },
      { line: 2, problem: expect.stringContaining('no end') },
    ]);
  });

  it('reads back what was written by the rules, wherever the pieces are cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ß', '😀') });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(table, fc.array(fc.nat(40), { maxLength: 6 }), (records, cuts) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = records.map((record) => record.map(quoted).join(',')).join('\r\n');
        const places = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].toSorted(
          (a, b) => a - b,
        );
        // Between the halves of a surrogate pair nothing is cut: pieces are whole characters.
        const whole = places.filter((place) => text.slice(0, place).isWellFormed());
        const pieces = whole.slice(1).map((place, index) => text.slice(whole[index], place));
        expect(fieldsOf(read(...pieces))).toEqual(records);
      }),
      { seed: 20_260_105, numRuns: 500 },
    );
  });
});
