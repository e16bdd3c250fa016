import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { InvalidWebhook } from '../../domain/kernel/faults.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { checkSignature, signWebhook } from './webhook-signature.ts';

const secret = 'a secret of 32 characters or more';
const body = Buffer.from('{"a":1}');
const now = '2026-01-31T09:30:00.000Z' as Instant;
const nowS = Date.parse(now) / 1_000;
const good = createHmac('sha256', secret).update(`${nowS}.{"a":1}`).digest('hex');
const bad = 'ab'.repeat(32);
const check = (header: string | undefined) => () => checkSignature(header, body, secret, now);

test('a signature is the HMAC-SHA-256 of the time, a dot and the bytes', () => {
  expect(signWebhook(secret, body, nowS)).toBe(`t=${nowS},v1=${good}`);
  expect(signWebhook(secret, '{"a":1}', nowS)).toBe(`t=${nowS},v1=${good}`);
});

test.each([
  `t=${nowS},v1=${good}`,
  `v1=${good},t=${nowS}`,
  ` t = ${nowS} , v1 = ${good} `,
  `t=${nowS},v1=${good.toUpperCase()}`,
  `t=${nowS},v1=${bad},v1=${good}`,
  `t=${nowS},v1=${good},v1=${bad}`,
  `t=${nowS},v1=short,v1=${good}`,
  `t=${nowS},v0=${bad},v2=whatever,nonsense,=,v1=${good}`,
])('it is found in the header %s', (header) => {
  expect(check(header)).not.toThrow();
});

test.each([
  ['nothing', undefined, 'there is no signature'],
  ['blanks', '   ', 'there is no signature'],
  ['no time', `v1=${good}`, 'needs one t='],
  ['two times', `t=${nowS},t=${nowS},v1=${good}`, 'needs one t='],
  ['a time that is no number', `t=1e9,v1=${good}`, 'needs one t='],
  ['a negative time', `t=-${nowS},v1=${good}`, 'needs one t='],
  ['a huge time', `t=${'9'.repeat(13)},v1=${good}`, 'needs one t='],
  ['no signature', `t=${nowS}`, 'needs 1 to 10 of v1='],
  ['a signature of another scheme alone', `t=${nowS},v0=${good}`, 'needs 1 to 10 of v1='],
  ['too many signatures', `t=${nowS}${`,v1=${bad}`.repeat(10)},v1=${good}`, 'needs 1 to 10 of v1='],
  [
    'signatures that are none',
    `t=${nowS},v1=,v1=zz,v1=${good}00,v1=${good.slice(2)}`,
    'no signature matches',
  ],
  ['one that does not match', `t=${nowS},v1=${bad}`, 'no signature matches'],
  ['far too much', `t=${nowS},v1=${good},${'x'.repeat(5_000)}`, 'too long'],
])('a header with %s is refused', (_what, header, complaint) => {
  expect(check(header)).toThrow(InvalidWebhook);
  expect(check(header)).toThrow(complaint);
});

test('only who can sign learns that the time is wrong', () => {
  expect(check(signWebhook(secret, body, nowS - 900))).toThrow('signed 900 s ago; at most 300 s are allowed');
  expect(check(signWebhook(secret, body, nowS + 900))).toThrow('signed 900 s in the future');
  expect(check(`t=${nowS - 900},v1=${bad}`)).toThrow('no signature matches');
});
