import { expect, test } from 'vitest';
import { Breaker } from './breaker.ts';

/** Fails at these times, one question after the other. */
function failing(...atMs: number[]): Breaker {
  const breaker = new Breaker();
  for (const ms of atMs) {
    breaker.asks();
    breaker.failed(ms);
  }
  return breaker;
}

test('two failures in a row are nothing, three are enough', () => {
  expect(failing(0, 50).lets(50)).toBe(true);
  expect(failing(0, 50, 100).lets(100)).toBe(false);
});

test('questions that were under way together fail together, and that is one failure', () => {
  expect(failing(0, 1, 2, 3, 50, 51, 52).lets(52)).toBe(true);
  expect(failing(0, 1, 2, 3, 50, 51, 52, 100).lets(100)).toBe(false);
});

test('a success in between begins the count anew', () => {
  const breaker = failing(0, 50);
  breaker.succeeded();
  breaker.failed(100);
  breaker.failed(150);
  expect(breaker.lets(150)).toBe(true);
});

test('after a rest one question goes through, and no other until it is settled', () => {
  const breaker = failing(0, 50, 100);
  expect(breaker.lets(349)).toBe(false);
  expect(breaker.lets(350)).toBe(true);
  breaker.asks();
  expect(breaker.lets(10_000)).toBe(false);
});

test('the one that tries closes it by a success', () => {
  const breaker = failing(0, 50, 100);
  breaker.asks();
  breaker.succeeded();
  expect(breaker.isOpen).toBe(false);
  expect(breaker.lets(100)).toBe(true);
});

test('the one that tries leaves it open by a failure, for another rest', () => {
  const breaker = failing(0, 50, 100);
  breaker.asks();
  breaker.failed(400);
  expect(breaker.lets(649)).toBe(false);
  expect(breaker.lets(650)).toBe(true);
});
