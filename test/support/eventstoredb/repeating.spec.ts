import { ANY, NO_STREAM, WrongExpectedVersionError } from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { all, event, eventually, givenDouble, namesOf, whenConnected } from './double-world.ts';

const plain = { credentials: { username: 'nobody', password: '' } };
const paths = [
  ['in a batch', {}],
  ['by itself', plain],
] as const;

describe.each(paths)('an append that is repeated %s', (_name, path) => {
  it('succeeds with the first revision and position, later too, and writes nothing', async () => {
    const { client } = await givenDouble();
    const events = [event('A'), event('B')];
    const first = await client.appendToStream('s-1', events, { expectedRevision: NO_STREAM, ...path });
    await client.appendToStream('s-1', event('C'), { expectedRevision: 1n, ...path });
    expect(await client.appendToStream('s-1', events, { expectedRevision: NO_STREAM, ...path })).toEqual(
      first,
    );
    expect(await all(client.readStream('s-1'))).toHaveLength(3);
  });

  it('succeeds with the first answer after the server was killed and started again', async () => {
    const { double, client } = await givenDouble();
    const once = event('A');
    const first = await client.appendToStream('s-1', once, { expectedRevision: NO_STREAM, ...path });
    await double.kill();
    await double.start();
    const again = await whenConnected(() =>
      client.appendToStream('s-1', once, { expectedRevision: NO_STREAM, ...path }),
    );
    expect(again).toEqual(first);
  });

  it('in part is accepted as far as the part is its beginning', async () => {
    const { client } = await givenDouble();
    const [a, b] = [event('A'), event('B')];
    await client.appendToStream('s-1', [a, b], { expectedRevision: NO_STREAM, ...path });
    const [stored] = await all(client.readStream('s-1'));
    expect(await client.appendToStream('s-1', a, { expectedRevision: NO_STREAM, ...path })).toEqual({
      success: true,
      nextExpectedRevision: 0n,
      position: stored?.event?.position,
    });
  });

  it('is refused when it is the end alone, or old and new together', async () => {
    const { client } = await givenDouble();
    const [a, b] = [event('A'), event('B')];
    await client.appendToStream('s-1', [a, b], { expectedRevision: NO_STREAM, ...path });
    for (const events of [[b], [a, b, event('C')], [b, a]])
      await expect(
        client.appendToStream('s-1', events, { expectedRevision: NO_STREAM, ...path }),
      ).rejects.toBeInstanceOf(WrongExpectedVersionError);
  });

  it('is known by its ids alone: another payload succeeds and is not written', async () => {
    const { client } = await givenDouble();
    const id = event('A').id;
    await client.appendToStream('s-1', event('A', 'first', id), { expectedRevision: NO_STREAM, ...path });
    await client.appendToStream('s-1', event('B', 'second', id), { expectedRevision: NO_STREAM, ...path });
    const stored = await all(client.readStream('s-1'));
    expect(stored.map(({ event: found }) => found?.data)).toEqual([{ value: 'first' }]);
  });

  it('is new to another stream', async () => {
    const { client } = await givenDouble();
    const once = event('A');
    await client.appendToStream('s-1', once, { expectedRevision: NO_STREAM, ...path });
    await client.appendToStream('s-2', once, { expectedRevision: NO_STREAM, ...path });
    await client.appendToStream('s-3', once, { expectedRevision: ANY, ...path });
    expect(await namesOf(client.readStream('s-2'))).toEqual(['0@s-2 A']);
    expect(await namesOf(client.readStream('s-3'))).toEqual(['0@s-3 A']);
  });

  it('within itself is written twice', async () => {
    const { client } = await givenDouble();
    const once = event('A');
    const first = await client.appendToStream('s-1', [once, once], { expectedRevision: NO_STREAM, ...path });
    expect(await namesOf(client.readStream('s-1'))).toEqual(['0@s-1 A', '1@s-1 A']);
    const again = client.appendToStream('s-1', [once, once], { expectedRevision: NO_STREAM, ...path });
    expect(await again).toEqual(first);
  });

  it('and expects anything is known only until the server is started again', async () => {
    const { double, client } = await givenDouble();
    const once = event('A');
    const first = await client.appendToStream('s-1', once, { expectedRevision: ANY, ...path });
    expect(await client.appendToStream('s-1', once, { expectedRevision: ANY, ...path })).toEqual(first);
    await double.kill();
    await double.start();
    await whenConnected(() => client.appendToStream('s-1', once, { expectedRevision: ANY, ...path }));
    expect(await namesOf(client.readStream('s-1'))).toEqual(['0@s-1 A', '1@s-1 A']);
  });
});

describe('an append that is repeated before it is committed', () => {
  it.each([
    ['in a batch', {}, 'deadline-exceeded', undefined],
    ['by itself', plain, 'timeout', 10],
  ] as const)('%s gets no answer until the server gives up', async (_name, path, type, code) => {
    const { client, double } = await givenDouble({ commitTimeoutMs: 1_000 });
    const once = event('A');
    double.pauseCommits();
    const startedMs = performance.now();
    const appends = Array.from({ length: 20 }, () =>
      client.appendToStream('s-1', once, { expectedRevision: NO_STREAM, ...path }),
    );
    const settled = Promise.allSettled(appends);
    await eventually(() => double.unanswered).toBe(20);
    double.resumeCommits();
    const results = await settled;
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed).toHaveLength(19);
    expect(performance.now() - startedMs).toBeGreaterThan(900);
    for (const { reason } of failed) expect(reason).toMatchObject({ type, code });
    expect(await namesOf(client.readStream('s-1'))).toEqual(['0@s-1 A']);
  });
});
