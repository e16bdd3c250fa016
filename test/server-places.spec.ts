import { describe, expect, it } from 'vitest';
import { cacheAt, eventStoreAt, readModelAt, uniqueNameIn } from './support/server-places.ts';

const name = 't1.a2';

describe('a place of its own on a server', () => {
  it.each([
    ['esdb://127.0.0.1:2113?tls=false', 'esdb://127.0.0.1:2113?tls=false&streamPrefix=t1.a2.'],
    ['esdb+discover://a:2113,b:2113', 'esdb+discover://a:2113,b:2113?streamPrefix=t1.a2.'],
  ])('of streams is a prefix: %s', (url, place) => {
    expect(eventStoreAt(url, name)).toBe(place);
  });

  it.each([
    ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017/t1_a2'],
    ['mongodb://127.0.0.1:27017/', 'mongodb://127.0.0.1:27017/t1_a2'],
    ['mongodb://me:secret@a:1,b:2/other?replicaSet=rs0', 'mongodb://me:secret@a:1,b:2/t1_a2?replicaSet=rs0'],
    ['mongodb+srv://cluster.example?w=majority', 'mongodb+srv://cluster.example/t1_a2?w=majority'],
  ])('of documents is a database: %s', (url, place) => {
    expect(readModelAt(url, name)).toBe(place);
  });

  it('of entries is a prefix', () => {
    expect(cacheAt('redis://127.0.0.1:6379/0', name)).toBe('redis://127.0.0.1:6379/0?keyPrefix=t1.a2:');
  });

  it('is found again by the name of the run, and is nobody else’s', () => {
    const names = Array.from({ length: 1_000 }, () => uniqueNameIn({ run: 't1' }));
    expect(new Set(names).size).toBe(names.length);
    for (const each of names) expect(`${each}.`).toMatch(/^t1\.[a-z0-9.]{1,36}$/);
  });
});
