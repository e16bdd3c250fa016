import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { redisAddress } from './redis-address.ts';

test('a URL says where the server is, how to get in, and what begins every key', () => {
  expect(redisAddress('rediss://app:p%40ss%2Fword@cache.example:7000/3?keyPrefix=t1:')).toEqual({
    host: 'cache.example',
    port: 7_000,
    isEncrypted: true,
    username: 'app',
    password: 'p@ss/word',
    database: 3,
    keyPrefix: 't1:',
  });
});

test('what a URL does not say is as usual', () => {
  expect(redisAddress('redis://[::1]')).toEqual({
    host: '::1',
    port: 6_379,
    isEncrypted: false,
    username: undefined,
    password: undefined,
    database: 0,
    keyPrefix: '',
  });
});

test.each([
  ['names no server', 'redis:'],
  ['names no server', 'redis://'],
  ['the database is a number', 'redis://:hunter2@cache/first'],
  ['keyPrefix takes', 'redis://:hunter2@cache?keyPrefix='],
  ['keyPrefix takes', 'redis://:hunter2@cache?keyPrefix=a%0Ab'],
  ['keyPrefix takes', `redis://:hunter2@cache?keyPrefix=${'x'.repeat(61)}`],
  ['a parameter enableOfflineQueue that nobody reads', 'redis://:hunter2@cache?enableOfflineQueue=true'],
])('%s: refused, without the password', (why, url) => {
  const refused = () => redisAddress(url);
  expect(refused).toThrow(StoreUnavailable);
  expect(refused).toThrow(why);
  expect(refused).not.toThrow('hunter2');
});
