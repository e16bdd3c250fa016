import type { Tree } from './from-schema.ts';

export const numbers = [
  ...['-1', '0', '-0', '0.5', '1.5', '1e400', '-1e400', '1e21', '9007199254740992', '9007199254740993'],
  ...['1e-7', '0x10', 'NaN', 'Infinity', '1_000', '+1', '01', '.5', '5.', '"1"', '1,00', '1'.repeat(5_000)],
] as const;

export const texts = [
  ...[
    '"\\ud800"',
    '"a\\udc00b"',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\u001b[31m"',
    '"\\u0007"',
    '"\ufeff"',
    '"\u202e\u2066"',
  ],
  ...[
    '""',
    '" "',
    '"\u0000"',
    '"\n"',
    '"\\x"',
    '"\\u12"',
    '"null"',
    '"__proto__"',
    '"[object Object]"',
    '"\uffff"',
  ],
  ...[
    `"${'e\u0301'.repeat(400)}"`,
    `"${'x'.repeat(5_000)}"`,
    `"${'🫖'.repeat(2_100)}"`,
    '"$gt"',
    '"4111 1111 1111 1111"',
  ],
] as const;

export const others: readonly Tree[] = [
  null,
  true,
  false,
  7,
  -7,
  0.5,
  'text',
  '',
  [],
  {},
  [[]],
  { $gt: '' },
  [null],
  { a: 1 },
];
export const unknownCurrencies = [
  'eur',
  'EURO',
  'XXX',
  'XTS',
  '',
  'E\u200bUR',
  'ＥＵＲ',
  'BTC',
  'EUR ',
  '978',
] as const;
export const prototypeNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
];

export const badBytes = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe2, 0x82],
  [0xfe, 0xff],
] as const;
