import { expect, test } from 'vitest';
import { Breaker } from './breaker.ts';

function failing(times: number, atMs = 0): Breaker {
  const breaker = new Breaker();
  for (let time = 0; time < times; time++) {
    breaker.asks();
    breaker.failed(atMs);
  }
  return breaker;
}

test('two failures in a row are nothing, three are enough', () => {
  expect(failing(2).lets(0)).toBe(true);
  expect(failing(3).lets(0)).toBe(false);
});

test('a success in between begins the count anew', () => {
  const breaker = failing(2);
  breaker.succeeded();
  breaker.failed(0);
  breaker.failed(0);
  expect(breaker.lets(0)).toBe(true);
});

test('after a rest one question goes through, and no other until it is settled', () => {
  const breaker = failing(3);
  expect(breaker.lets(249)).toBe(false);
  expect(breaker.lets(250)).toBe(true);
  breaker.asks();
  expect(breaker.lets(10_000)).toBe(false);
});

test('the one that tries closes it by a success', () => {
  const breaker = failing(3);
  breaker.asks();
  breaker.succeeded();
  expect(breaker.isOpen).toBe(false);
  expect(breaker.lets(250)).toBe(true);
});

test('the one that tries leaves it open by a failure, for another rest', () => {
  const breaker = failing(3);
  breaker.asks();
  breaker.failed(300);
  expect(breaker.lets(549)).toBe(false);
  expect(breaker.lets(550)).toBe(true);
});
