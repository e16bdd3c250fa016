import { ANY, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { event, givenDouble, namesOf } from './double-world.ts';

async function givenStream() {
  const world = await givenDouble();
  await world.client.appendToStream('s', [event('A'), event('B')], { expectedRevision: NO_STREAM });
  return world;
}

describe('a deleted stream', () => {
  it('is not found, and its events stay among those of all streams', async () => {
    const { client } = await givenStream();
    const { position } = await client.deleteStream('s', { expectedRevision: 1n });
    expect(position?.commit).toBeGreaterThan(0n);
    await expect(namesOf(client.readStream('s'))).rejects.toMatchObject({ type: 'stream-not-found' });
    const names = await namesOf(client.readAll());
    expect(names.slice(-3)).toEqual(['0@s A', '1@s B', '0@$$s $metadata']);
  });

  it.each([NO_STREAM, ANY, 1n] as const)(
    'comes back when somebody appends who expects %s, and revisions go on',
    async (expected) => {
      const { client } = await givenStream();
      await client.deleteStream('s');
      const result = await client.appendToStream('s', event('C'), { expectedRevision: expected });
      expect(result.nextExpectedRevision).toBe(2n);
      expect(await namesOf(client.readStream('s'))).toEqual(['2@s C']);
      await client.appendToStream('s', event('D'), { expectedRevision: 2n });
      expect(await namesOf(client.readStream('s'))).toEqual(['2@s C', '3@s D']);
    },
  );

  it('does not exist for an append that expects a stream', async () => {
    const { client } = await givenStream();
    await client.deleteStream('s');
    await expect(
      client.appendToStream('s', event('C'), { expectedRevision: STREAM_EXISTS }),
    ).rejects.toMatchObject({ type: 'stream-deleted' });
  });

  it('has to be there, at the revision that is expected', async () => {
    const { client } = await givenStream();
    await expect(client.deleteStream('nowhere')).rejects.toMatchObject({ type: 'wrong-expected-version' });
    await expect(client.deleteStream('s', { expectedRevision: 0n })).rejects.toMatchObject({
      type: 'wrong-expected-version',
      expectedVersion: 0n,
      actualVersion: 1n,
    });
  });
});

describe('a stream with a tombstone', () => {
  it('is deleted for ever: it takes no event, gives none, and has no metadata', async () => {
    const { client } = await givenStream();
    await client.tombstoneStream('s', { expectedRevision: 1n });
    const deleted = { type: 'stream-deleted', streamName: 's' };
    await expect(namesOf(client.readStream('s'))).rejects.toMatchObject(deleted);
    for (const expectedRevision of [NO_STREAM, ANY, 1n] as const) {
      const append = (path: object) => client.appendToStream('s', event('C'), { expectedRevision, ...path });
      await expect(append({})).rejects.toMatchObject(deleted);
      await expect(append({ credentials: { username: 'x', password: '' } })).rejects.toMatchObject(deleted);
    }
    await expect(client.setStreamMetadata('s', { maxCount: 1 })).rejects.toMatchObject({
      type: 'stream-deleted',
    });
    const names = await namesOf(client.readAll());
    expect(names.slice(-2)).toEqual(['1@s B', '9223372036854775807@s $streamDeleted']);
  });
});

describe('the metadata of a stream', () => {
  it('can be set and read', async () => {
    const { client } = await givenStream();
    await client.setStreamMetadata('s', { maxCount: 7, custom: 'x' });
    await client.setStreamMetadata('s', { maxCount: 8 });
    const { metadata } = await client.getStreamMetadata('s');
    expect(metadata).toEqual({ maxCount: 8 });
  });

  it('hides all but the last events, or those before one, from the stream and not from all streams', async () => {
    const { client } = await givenStream();
    await client.appendToStream('s', event('C'), { expectedRevision: 1n });
    await client.setStreamMetadata('s', { maxCount: 2 });
    expect(await namesOf(client.readStream('s', { maxCount: 1 }))).toEqual(['1@s B']);
    expect(await namesOf(client.readStream('s'))).toEqual(['1@s B', '2@s C']);
    await client.setStreamMetadata('s', { truncateBefore: 2 });
    expect(await namesOf(client.readStream('s'))).toEqual(['2@s C']);
    expect((await namesOf(client.readAll())).filter((name) => name.includes('@s '))).toHaveLength(3);
  });

  it('hides events that are too old', async () => {
    let nowMs = Date.parse('2026-01-01T00:00:00Z');
    const { client } = await givenDouble({ now: () => nowMs });
    await client.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    await client.setStreamMetadata('s', { maxAge: 60 });
    nowMs += 59_000;
    await client.appendToStream('s', event('B'), { expectedRevision: 0n });
    expect(await namesOf(client.readStream('s'))).toEqual(['0@s A', '1@s B']);
    nowMs += 2_000;
    expect(await namesOf(client.readStream('s'))).toEqual(['1@s B']);
  });
});
