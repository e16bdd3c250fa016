import {
  ANY,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { all, event, givenDouble, namesOf } from './double-world.ts';

/** Per-call credentials make the client leave the batch path. Over a plain connection they are not sent. */
const paths = [
  ['in a batch', {}],
  ['by itself', { credentials: { username: 'nobody', password: '' } }],
] as const;

describe.each(paths)('an append %s', (_name, path) => {
  it('answers with the revision and the position of its last event; commit and prepare are equal', async () => {
    const { client } = await givenDouble();
    const events = [event('A'), event('B')];
    const result = await client.appendToStream('s-1', events, { expectedRevision: NO_STREAM, ...path });
    const stored = await all(client.readStream('s-1'));
    expect(result).toEqual({
      success: true,
      nextExpectedRevision: 1n,
      position: stored[1]?.event?.position,
    });
    expect(result.position?.commit).toBe(result.position?.prepare);
  });

  it('stores data, metadata, id and type as they were sent', async () => {
    const { client } = await givenDouble();
    const sent = { ...event('Odd', { ä: '€', n: 1 }), metadata: { by: 'somebody' } };
    await client.appendToStream('s-1', sent, { expectedRevision: NO_STREAM, ...path });
    const [stored] = await all(client.readStream('s-1'));
    expect(stored?.event).toMatchObject({
      id: sent.id,
      type: 'Odd',
      data: sent.data,
      metadata: sent.metadata,
    });
    expect(stored?.event?.isJson).toBe(true);
  });

  it.each([
    ['no stream, where there is one', 's-1', NO_STREAM, 0n],
    ['a revision that is passed', 's-2', 0n, 1n],
    ['a revision that is not reached', 's-1', 5n, 0n],
    ['a revision, where there is no stream', 's-3', 0n, 'no_stream'],
    ['a stream, where there is none', 's-3', STREAM_EXISTS, 'no_stream'],
  ] as const)(
    'that expects %s is refused and says what there is',
    async (_case, stream, expected, actual) => {
      const { client } = await givenDouble();
      await client.appendToStream('s-1', event('A'), { expectedRevision: NO_STREAM });
      await client.appendToStream('s-2', [event('A'), event('B')], { expectedRevision: NO_STREAM });
      const append = client.appendToStream(stream, event('C'), { expectedRevision: expected, ...path });
      const error = await append.catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({
        type: 'wrong-expected-version',
        streamName: stream,
        expectedVersion: expected,
        actualVersion: actual,
        message: '',
        name: 'Error',
      });
    },
  );

  it('that expects anything, or a stream that is there, goes behind what is there', async () => {
    const { client } = await givenDouble();
    await client.appendToStream('s-1', event('A'), { expectedRevision: ANY, ...path });
    await client.appendToStream('s-1', event('B'), { expectedRevision: STREAM_EXISTS, ...path });
    await client.appendToStream('s-1', event('C'), { expectedRevision: 1n, ...path });
    expect(await namesOf(client.readStream('s-1'))).toEqual(['0@s-1 A', '1@s-1 B', '2@s-1 C']);
  });

  it('of nothing succeeds with revision 0 and creates no stream', async () => {
    const { client } = await givenDouble();
    const result = await client.appendToStream('s-1', [], { expectedRevision: NO_STREAM, ...path });
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 0n });
    await expect(namesOf(client.readStream('s-1'))).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  it('of more than a mebibyte is refused as a whole, and the next one is not', async () => {
    const { client } = await givenDouble();
    const half = () => event('Big', 'x'.repeat(600 * 1_024));
    const append = client.appendToStream('s-1', [half(), half()], { expectedRevision: NO_STREAM, ...path });
    await expect(append).rejects.toMatchObject({ maxAppendSize: 1_024 * 1_024 });
    await expect(append).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
    await client.appendToStream('s-1', half(), { expectedRevision: NO_STREAM, ...path });
    expect(await namesOf(client.readStream('s-1'))).toEqual(['0@s-1 Big']);
  });

  it('is won by exactly one of twenty that race for a new stream', async () => {
    const { client } = await givenDouble();
    const racing = Array.from({ length: 20 }, (_, racer) =>
      client.appendToStream('s-1', event('Won', racer), { expectedRevision: NO_STREAM, ...path }),
    );
    const results = await Promise.allSettled(racing);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await namesOf(client.readStream('s-1'))).toEqual(['0@s-1 Won']);
  });
});

describe('appends in batches', () => {
  it('to one stream keep their order without being awaited', async () => {
    const { client } = await givenDouble();
    // The client itself lets the second append overtake the first one that it ever makes.
    await client.appendToStream('s-0', event('First'), { expectedRevision: NO_STREAM });
    const appends = Array.from({ length: 100 }, (_, index) =>
      client.appendToStream('s-1', event(`E${index}`), {
        expectedRevision: index === 0 ? NO_STREAM : BigInt(index - 1),
      }),
    );
    await Promise.all(appends);
    const types = (await all(client.readStream('s-1'))).map(({ event: stored }) => stored?.type);
    expect(types).toEqual(Array.from({ length: 100 }, (_, index) => `E${index}`));
  });

  it('may be sent in many messages', async () => {
    const { client } = await givenDouble();
    const events = Array.from({ length: 50 }, (_, index) => event('E', index));
    await client.appendToStream('s-1', events, { expectedRevision: NO_STREAM, batchAppendSize: 500 });
    expect(await all(client.readStream('s-1'))).toHaveLength(50);
  });

  it('whose deadline has passed are not written', async () => {
    const { client } = await givenDouble();
    const append = client.appendToStream('s-1', event('A'), { expectedRevision: NO_STREAM, deadline: -1 });
    await expect(append).rejects.toMatchObject({ type: 'deadline-exceeded' });
    await expect(namesOf(client.readStream('s-1'))).rejects.toMatchObject({ type: 'stream-not-found' });
  });
});
