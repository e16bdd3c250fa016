import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson, scanJson } from './json-body.ts';

const read = (text: string) => readJson(Buffer.from(text));

test.each([undefined, ''])('no body is an empty object (%j)', (text) => {
  expect(readJson(text === undefined ? undefined : Buffer.from(text))).toEqual({});
});

test.each([
  ['{"a":1}', { a: 1 }],
  [' [1, 2.5e3, "x", null, true] ', [1, 2500, 'x', null, true]],
  ['{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}', { a: { a: { a: 1 } }, b: [{ a: 1 }, { a: 2 }] }],
  ['{"a":"b\\"c","d":"\\\\","e":"{\\"d\\":1,\\"d\\":2}"}', { a: 'b"c', d: '\\', e: '{"d":1,"d":2}' }],
  ['{"a":"__proto__"}', { a: '__proto__' }],
  ['{"constructor":1}', { constructor: 1 }],
  ['"ü€😀"', 'ü€😀'],
])('%s is read as it is', (text, value) => {
  expect(read(text)).toEqual(value);
});

test.each([
  '{"a":1,"a":2}',
  '{"a":1,"b":{},"a":2}',
  '{"x":{"a":1,"b":[{"c":1}],"a":2}}',
  '[{"a":1},{"b":1,"b":1}]',
  '{"a":"}","a":2}',
])('a member that is given twice is refused: %s', (text) => {
  expect(() => read(text)).toThrow(/twice/);
});

test('a member that is given twice is not named when its name may be a secret', () => {
  expect(scanJson('{"4111111111111111":1,"4111111111111111":2}')).toBe('has the member (withheld) twice');
});

test.each([
  ['escaped', '{"\\u0061":1}'],
  ['with a backslash', '{"a\\\\":1}'],
  ['empty', '{"":1}'],
  ['with a space', '{"a b":1}'],
  ['too long', `{"${'a'.repeat(65)}":1}`],
  ['not ASCII', '{"ä":1}'],
  ['an operator', '{"$where":1}'],
  ['the prototype', '{"__proto__":{"admin":true}}'],
  ['the prototype, nested', '{"a":[{"__proto__":{"admin":true}}]}'],
])('a member name that is %s is refused', (_what, text) => {
  expect(() => read(text)).toThrow(/name/);
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

test.each([16, 17])('nesting is counted (%i)', (depth) => {
  const text = '['.repeat(depth) + ']'.repeat(depth);
  if (depth === 16) expect(read(text)).toBeDefined();
  else expect(() => read(text)).toThrow(/nested/);
});

test('a thousand closed brackets side by side are not nesting', () => {
  expect(read(`[${'[],'.repeat(1_000)}[]]`)).toHaveLength(1_001);
});

test.each([256, 257])('members of an object are counted (%i)', (count) => {
  const text = `{${Array.from({ length: count }, (_, index) => `"m${index}":0`).join(',')}}`;
  if (count === 256) expect(Object.keys(read(text) as object)).toHaveLength(256);
  else expect(() => read(text)).toThrow(/256/);
});

test.each([
  '{',
  '}',
  ']',
  '{]',
  '"',
  '{"a"',
  '{"a":}',
  '{a:1}',
  "{'a':1}",
  '{"a":1,}',
  '[1,]',
  'NaN',
  '01',
  '1 2',
  '{"a":1}}',
  '\u0000',
  '{"a":"\n"}',
])('%j is not JSON', (text) => {
  expect(() => read(text)).toThrow();
});

test.each([
  ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
  ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['UTF-16', Buffer.from('{}', 'utf16le')],
])('%s is refused', (_what, bytes) => {
  expect(() => readJson(bytes)).toThrow();
});

test('whatever has no odd names, not too many and not too deep, is read as JSON.parse reads it', () => {
  const name = fc.stringMatching(/^[a-z0-9_.:-]{1,8}$/).filter((each) => each !== '__proto__');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.jsonValue({ maxDepth: 0 }),
      fc.array(tie('tree')),
      fc.dictionary(name, tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(read(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('a name repeated anywhere in an object is found, wherever the object is', () => {
  const plain = fc
    .jsonValue({ maxDepth: 1 })
    .map((value) => JSON.stringify(value))
    .filter((text) => !text.includes('{'));
  fc.assert(
    fc.property(fc.array(plain, { maxLength: 4 }), fc.nat(6), (values, depth) => {
      const members = values.map((value, index) => `"m${index}":${value}`);
      const object = `{${['"twin":1', ...members, '"twin":2'].join(',')}}`;
      const text = '{"a":['.repeat(depth) + object + ']}'.repeat(depth);
      expect(scanJson(text)).toBe('has the member twin twice');
    }),
  );
});
