import { describe, expect, it } from 'vitest';
import { categoryOf, idOf, streamName } from './log.ts';

describe('the name of a stream', () => {
  it('is its category and its id, and gives both back although ids have dashes', () => {
    const id = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
    const stream = streamName('order', id);
    expect(stream).toBe(`order-${id}`);
    expect([categoryOf(stream), idOf(stream)]).toEqual(['order', id]);
  });
});
