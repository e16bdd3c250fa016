import { expect, it } from 'vitest';
import { exactJson } from './exact-json.ts';

it('writes every digit of a bigint, wherever it is', () => {
  const value = { sum: 27_020_999_999_972_979n, rows: [{ sum: -1n }, 0n] };
  expect(exactJson(value)).toBe('{"sum":27020999999972979,"rows":[{"sum":-1},0]}');
});

it.each([
  [{ a: 'x"\n\u2028', b: [1, null, true], c: { d: 1.5 } }],
  [{ left: undefined, out: 1 }],
  [[undefined, Number.NaN]],
  ['text'],
  [null],
  [{ __proto__: { inherited: 1 }, own: 2 }],
])('writes everything else as JSON.stringify does: %j', (value) => {
  expect(exactJson(value)).toBe(JSON.stringify(value));
});
