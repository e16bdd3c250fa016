import { expect, it } from 'vitest';
import { csvLine } from './csv-line.ts';

it.each([
  ['plain text', 'plain text'],
  ['a,b', '"a,b"'],
  ['say "so"', '"say ""so"""'],
  ['two\nlines', '"two\nlines"'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['', ''],
])('writes %j as RFC 4180 has it', (text, written) => {
  expect(csvLine([text, 'x'])).toBe(`${written},x`);
});

it.each(['=1+2', '+1', '-1', '@SUM(A1)', '\tx', '\r=1'])('lets no spreadsheet run %j', (text) => {
  expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
});

it('runs nothing that is quoted either, and keeps the quotes right', () => {
  expect(csvLine(['=HYPERLINK("http://x","y")'])).toBe('"\'=HYPERLINK(""http://x"",""y"")"');
});

it('writes numbers as they are, digit by digit, and nothing for what is not there', () => {
  expect(csvLine([-5, -27_020_999_999_972_979n, undefined, 0])).toBe('-5,-27020999999972979,,0');
});
