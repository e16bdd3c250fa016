import {
  END,
  type EventStoreDBClient,
  NO_STREAM,
  type Position,
  streamNameFilter,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { event, eventually, givenDouble } from './double-world.ts';

type Subscription = ReturnType<
  EventStoreDBClient['subscribeToAll'] | EventStoreDBClient['subscribeToStream']
>;

/** What a subscriber has seen, in order: types of events, and words for what else it was told. */
function following(subscription: Subscription, seen: string[] = []): string[] {
  subscription.on('confirmation', () => seen.push('confirmed'));
  subscription.on('caughtUp', () => seen.push('caught up'));
  subscription.on('error', (error) => seen.push(`${'code' in error ? error.code : ''} ${error.message}`));
  subscription.on('data', ({ event: found }) => seen.push(found?.type ?? ''));
  return seen;
}

/** A filter is what keeps the events of the server out. */
const ours = streamNameFilter({ prefixes: ['s-'] });

describe('a subscription to all streams', () => {
  it('is confirmed, gives what was, catches up once, and gives what comes', async () => {
    const { client } = await givenDouble();
    await client.appendToStream('s-1', [event('A'), event('B')], { expectedRevision: NO_STREAM });
    const seen = following(client.subscribeToAll({ filter: ours }));
    await eventually(() => seen).toEqual(['confirmed', 'A', 'B', 'caught up']);
    await client.appendToStream('s-2', event('C'), { expectedRevision: NO_STREAM });
    await eventually(() => seen).toEqual(['confirmed', 'A', 'B', 'caught up', 'C']);
  });

  it('from a position leaves out the event there', async () => {
    const { client } = await givenDouble();
    const first = await client.appendToStream('s-1', event('A'), { expectedRevision: NO_STREAM });
    await client.appendToStream('s-1', event('B'), { expectedRevision: 0n });
    const { position = { commit: 0n, prepare: 0n } } = first;
    const seen = following(client.subscribeToAll({ fromPosition: position, filter: ours }));
    await eventually(() => seen).toEqual(['confirmed', 'B', 'caught up']);
  });

  it('from inside an event fails', async () => {
    const { client } = await givenDouble();
    const { position } = await client.appendToStream('s-1', event('A'), { expectedRevision: NO_STREAM });
    const inside = (position?.commit ?? 0n) - 1n;
    const seen = following(client.subscribeToAll({ fromPosition: { commit: inside, prepare: inside } }));
    await eventually(() => seen.join()).toMatch(/^2 /);
  });

  it('from the end gives only what comes', async () => {
    const { client } = await givenDouble();
    await client.appendToStream('s-1', event('A'), { expectedRevision: NO_STREAM });
    const seen = following(client.subscribeToAll({ fromPosition: END }));
    await eventually(() => seen).toEqual(['confirmed', 'caught up']);
    await client.appendToStream('s-1', event('B'), { expectedRevision: 0n });
    await eventually(() => seen).toEqual(['confirmed', 'caught up', 'B']);
  });

  it('tells how far it has come after so many events, wanted or not', async () => {
    const { client } = await givenDouble({ systemEventEvery: 1_000 });
    const reached: bigint[] = [];
    const checkpointReached = async (_: unknown, { commit }: Position) => void reached.push(commit);
    const filter = streamNameFilter({ prefixes: ['s-'], maxSearchWindow: 10, checkpointReached });
    const foreign = Array.from({ length: 56 }, () => event('X'));
    const { position } = await client.appendToStream('foreign', foreign, { expectedRevision: NO_STREAM });
    const seen = following(client.subscribeToAll({ filter }));
    await eventually(() => seen).toEqual(['confirmed', 'caught up']);
    // Four events of the server lie before the others.
    expect(reached).toHaveLength(6);
    expect(reached.at(-1)).toBe(position?.commit);
    await client.appendToStream('foreign', event('X'), { expectedRevision: 55n });
    const more = Array.from({ length: 9 }, () => event('X'));
    const last = await client.appendToStream('foreign', more, { expectedRevision: 56n });
    await eventually(() => reached.at(-1)).toBe(last.position?.commit);
  });

  it('may be left', async () => {
    const { client } = await givenDouble();
    const subscription = client.subscribeToAll({ filter: ours });
    const seen = following(subscription);
    await eventually(() => seen).toContain('caught up');
    await subscription.unsubscribe();
    await client.appendToStream('s-1', event('A'), { expectedRevision: NO_STREAM });
    expect(seen).toEqual(['confirmed', 'caught up']);
  });

  it('gives every event once, in order, while many are appended', async () => {
    const { client, double } = await givenDouble({ liveBufferMax: 10_000 });
    const seen = following(client.subscribeToAll({ filter: ours }));
    const appends = Array.from({ length: 500 }, (_, index) =>
      client.appendToStream(`s-${index}`, event('E'), { expectedRevision: NO_STREAM }),
    );
    await Promise.all(appends);
    await eventually(() => seen.filter((each) => each === 'E').length).toBe(500);
    expect(double.log.committed).toBeGreaterThan(500);
  });
});

describe('a subscription to a stream', () => {
  it('gives the events of that stream, after a revision, and waits for one that is not there', async () => {
    const { client } = await givenDouble();
    const waiting = following(client.subscribeToStream('s-1'));
    await eventually(() => waiting).toEqual(['confirmed', 'caught up']);
    await client.appendToStream('s-1', [event('A'), event('B')], { expectedRevision: NO_STREAM });
    await client.appendToStream('s-2', event('X'), { expectedRevision: NO_STREAM });
    await eventually(() => waiting).toEqual(['confirmed', 'caught up', 'A', 'B']);
    const later = following(client.subscribeToStream('s-1', { fromRevision: 0n }));
    await eventually(() => later).toEqual(['confirmed', 'B', 'caught up']);
  });

  it('that has a tombstone fails', async () => {
    const { client } = await givenDouble();
    await client.tombstoneStream('s-1');
    const seen = following(client.subscribeToStream('s-1'));
    await eventually(() => seen.join()).toMatch(/^9 .*is deleted/);
  });
});

describe('a live subscriber', () => {
  /** A few of them are more than a connection takes before it is read. */
  const big = () => event('Big', 'x'.repeat(30_000));

  async function givenSlowSubscriber(liveBufferMax?: number) {
    const world = await givenDouble(liveBufferMax === undefined ? {} : { liveBufferMax });
    const subscription = world.client.subscribeToAll({ fromPosition: END });
    const seen: string[] = [];
    subscription.on('error', (error) => seen.push(`${'code' in error ? error.code : ''} ${error.message}`));
    await new Promise((done) => subscription.once('confirmation', done));
    // Nobody reads: data is not listened to.
    return { ...world, subscription, seen };
  }

  const appendMany = (client: EventStoreDBClient, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        client.appendToStream(`s-${index}`, big(), { expectedRevision: NO_STREAM }),
      ),
    );

  it('that falls too far behind is dropped with an error, and hears nothing after it', async () => {
    const { client, subscription, seen } = await givenSlowSubscriber();
    await appendMany(client, 150);
    following(subscription, seen);
    await eventually(() => seen.at(-1)).toMatch(/^10 .*Consumer too slow to handle event while live/);
    const count = seen.length;
    expect(count).toBeLessThan(150);
    await client.appendToStream('s-0', event('After'), { expectedRevision: 0n });
    expect(seen).toHaveLength(count);
  });

  it('that falls a little behind gets everything', async () => {
    const { client, subscription, seen } = await givenSlowSubscriber();
    await appendMany(client, 30);
    following(subscription, seen);
    await eventually(() => seen.filter((each) => each === 'Big')).toHaveLength(30);
  });

  it('loses nothing when it subscribes again from its last position', async () => {
    const { client, subscription, seen } = await givenSlowSubscriber();
    await appendMany(client, 150);
    const positions: bigint[] = [];
    subscription.on('data', ({ event: found }) => positions.push(found?.position?.commit ?? 0n));
    await eventually(() => seen.length).toBe(1);
    const last = positions.at(-1) ?? 0n;
    const again = client.subscribeToAll({ fromPosition: { commit: last, prepare: last } });
    again.on('data', ({ event: found }) => {
      if (found?.type === 'Big') positions.push(found.position?.commit ?? 0n);
    });
    await eventually(() => new Set(positions).size).toBeGreaterThanOrEqual(150);
    expect(positions).toEqual(positions.toSorted((a, b) => Number(a - b)));
  });
});
