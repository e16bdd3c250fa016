import { expect, test } from 'vitest';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import { actorId } from '../domain/kernel/ids.ts';
import { commandIdOf, createdIdOf, differingMembers, fingerprintOf } from './idempotency.ts';

const fingerprint = (text: string) => fingerprintOf(nodeDigest, 'POST', '/v1/orders', JSON.parse(text));
const commandId = (actor: string, path: string, key: string) =>
  commandIdOf(nodeDigest, actor, 'POST', path, key);

test.each([
  ['the order of members', '{"b":1,"a":{"y":2,"x":3}}'],
  ['white space', ' { "a" : { "x" : 3 , "y" : 2 } , "b" : 1 } '],
  ['how a number is written', '{"a":{"x":3.0,"y":2e0},"b":1.0}'],
])('%s makes no difference to a fingerprint', (_what, text) => {
  expect(fingerprint(text)).toBe(fingerprint('{"a":{"x":3,"y":2},"b":1}'));
});

test.each([
  ['another value', '{"a":2}'],
  ['a text instead of a number', '{"a":"1"}'],
  ['a member more', '{"a":1,"b":null}'],
  ['null instead of nothing', '{"a":null}'],
  ['another case', '{"A":1}'],
  ['nesting', '{"a":[1]}'],
])('%s is another fingerprint', (_what, text) => {
  expect(fingerprint(text)).not.toBe(fingerprint('{"a":1}'));
});

test('the order of items of a list is part of what was said', () => {
  expect(fingerprint('{"a":[1,2]}')).not.toBe(fingerprint('{"a":[2,1]}'));
});

test('one body at two paths, or with two methods, has two fingerprints', () => {
  const one = fingerprintOf(nodeDigest, 'POST', '/v1/orders', {});
  expect(fingerprintOf(nodeDigest, 'POST', '/v1/orders/x/cancel', {})).not.toBe(one);
  expect(fingerprintOf(nodeDigest, 'PUT', '/v1/orders', {})).not.toBe(one);
});

test('a command id is one caller, one path and one key, for ever', () => {
  const id = commandId('customer-1', '/v1/orders', 'key-00000001');
  // Recorded events carry ids made like this one: it must never change.
  expect(id).toBe('1fc29b6c-fd0c-5f53-84cc-c065610544b7');
  expect(createdIdOf(nodeDigest, id)).toBe('db07698e-4f75-5e20-9940-ea1fac887c65');
  const others = [
    commandId('customer-2', '/v1/orders', 'key-00000001'),
    commandId('customer-1', '/v1/orders/1/cancel', 'key-00000001'),
    commandId('customer-1', '/v1/orders', 'key-00000002'),
    commandId('customer-1', '/v1/orders', 'KEY-00000001'),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});

test('no caller can have the character in its name that sets names, paths and keys apart', () => {
  expect(actorId.safeParse('a|POST /v1/orders|x').success).toBe(false);
  expect(actorId.safeParse('customer-1').success).toBe(true);
});

test('what differs is named as far as both sides have it', () => {
  const recorded = { currency: 'EUR', lines: [{ b: 1, a: 2 }], total: { amount: 3 } };
  const body = { type: 'PlaceOrder', currency: 'USD', lines: [{ a: 2, b: 1 }], note: 'new' };
  expect(differingMembers(recorded, body)).toEqual(['currency']);
  expect(differingMembers({}, body)).toEqual([]);
});
