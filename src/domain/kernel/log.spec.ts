import { describe, expect, it } from 'vitest';
import { ImpossibleState } from './assert.ts';
import { assertAppend, categoryOf, idOf, isStreamName, noStream, streamName } from './log.ts';

describe('the name of a stream', () => {
  it('is its category and its id, and gives both back although ids have dashes', () => {
    const id = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
    const stream = streamName('order', id);
    expect(stream).toBe(`order-${id}`);
    expect([categoryOf(stream), idOf(stream)]).toEqual(['order', id]);
  });
});

describe('what a store may be asked to append', () => {
  const events = [{}];

  it('is at least one event, on a stream that can be named, at a revision it can have', () => {
    for (const expected of [noStream, 0, Number.MAX_SAFE_INTEGER])
      expect(() => assertAppend('order-1', expected, events)).not.toThrow();
  });

  it.each<[string, string, number, readonly object[]]>([
    ['without an event', 'order-1', 0, []],
    ['before a stream that does not exist', 'order-1', noStream - 1, events],
    ['between two revisions', 'order-1', 0.5, events],
    ['at a revision that cannot be counted', 'order-1', Number.MAX_SAFE_INTEGER + 1, events],
    ['at no revision', 'order-1', Number.NaN, events],
    ['on a stream of the store itself', '$all', 0, events],
  ])('is nothing %s', (_what, stream, expected, asked) => {
    expect(() => assertAppend(stream, expected, asked)).toThrow(ImpossibleState);
  });

  it('is on streams of the ledger alone', () => {
    expect(['order-1', 'webhook-a.b:C_d'].filter(isStreamName)).toHaveLength(2);
    const wrong = ['$all', 'order', 'order-', '-1', 'Order-1', 'order-a b', `order-${'x'.repeat(65)}`];
    expect(wrong.filter(isStreamName)).toEqual([]);
  });
});
