import { once } from 'node:events';
import { connect } from 'node:net';
import { ANY, NO_STREAM, UnavailableError } from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { event, eventually, givenDouble, namesOf, settles, whenConnected } from './double-world.ts';

const inBatch = { expectedRevision: NO_STREAM } as const;
const plain = { expectedRevision: NO_STREAM, credentials: { username: 'nobody', password: '' } } as const;

/** Sixty-four appends that are written and not committed. */
async function givenUnacknowledged() {
  const world = await givenDouble();
  const { client, double } = world;
  await client.appendToStream('before', event('Before'), inBatch);
  double.pauseCommits();
  const events = Array.from({ length: 64 }, () => event('E'));
  const appends = events.map((each, index) => client.appendToStream(`s-${index}`, each, inBatch));
  const results = Promise.allSettled(appends);
  await eventually(() => double.unanswered).toBe(64);
  return { ...world, events, results };
}

const ofClients = (names: readonly string[]) => names.filter((name) => !name.includes('@$'));

describe('a server that is killed', () => {
  it.each([0, 1, 64])(
    'answers none of 64 appends; %i of them are there; all can be repeated, none is doubled',
    async (count) => {
      const { client, double, events, results } = await givenUnacknowledged();
      await double.kill({ committedYet: count });
      for (const result of await results)
        expect(result).toMatchObject({ status: 'rejected', reason: { type: 'unavailable', code: 14 } });
      await double.start();
      const found = ofClients(await whenConnected(() => namesOf(client.readAll())));
      expect(found).toEqual([
        '0@before Before',
        ...events.slice(0, count).map((_, index) => `0@s-${index} E`),
      ]);
      for (const [index, each] of events.entries())
        await whenConnected(() => client.appendToStream(`s-${index}`, each, inBatch));
      expect(ofClients(await namesOf(client.readAll()))).toHaveLength(65);
    },
  );

  it('fails what is in flight with one error, what follows with another, and is found again by the same client', async () => {
    const { client, double } = await givenDouble();
    double.pauseCommits();
    const append = client.appendToStream('s', event('A'), plain);
    append.catch(() => {});
    await eventually(() => double.unanswered).toBe(1);
    await double.kill();
    await expect(append).rejects.toBeInstanceOf(UnavailableError);
    const later = await client.appendToStream('s', event('A'), inBatch).catch((error: unknown) => error);
    expect(later).toMatchObject({ code: 14 });
    expect(later).not.toBeInstanceOf(UnavailableError);
    await double.start();
    await whenConnected(() => client.appendToStream('s', event('A'), inBatch));
  });

  it('ends subscriptions with an error', async () => {
    const { client, double } = await givenDouble();
    const subscription = client.subscribeToAll();
    subscription.on('data', () => {});
    const failed = new Promise((resolve) => subscription.once('error', resolve));
    await new Promise((done) => subscription.once('caughtUp', done));
    await double.kill();
    expect(await failed).toMatchObject({ code: 14 });
  });

  it('keeps its positions, and gives none twice', async () => {
    const { client, double } = await givenDouble();
    const before = await client.appendToStream('s', event('A'), inBatch);
    await double.kill();
    await double.start();
    const after = await whenConnected(() => client.appendToStream('s', event('B'), { expectedRevision: 0n }));
    expect(after.position?.commit).toBeGreaterThan(before.position?.commit ?? 0n);
    expect(ofClients(await namesOf(client.readAll({ fromPosition: before.position ?? 'start' })))).toEqual([
      '0@s A',
      '1@s B',
    ]);
  });
});

describe('a connection', () => {
  it.each(['', 'GET / HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'])(
    'that is reset after %j disturbs nobody else',
    async (said) => {
      const { client, double } = await givenDouble();
      await client.appendToStream('s', event('A'), inBatch);
      const socket = connect(double.port, '127.0.0.1');
      await once(socket, 'connect');
      await new Promise((sent) => socket.write(said || ' ', sent));
      socket.resetAndDestroy();
      await client.appendToStream('s', event('B'), { expectedRevision: 0n });
      expect(await namesOf(client.readStream('s'))).toEqual(['0@s A', '1@s B']);
    },
  );
});

describe('commits that are paused', () => {
  it.each([
    ['in a batch', inBatch, { type: 'deadline-exceeded' }],
    ['by itself', plain, { type: 'timeout', code: 10 }],
  ])(
    'leave an append %s in the dark: the server gives up, and it is committed later',
    async (_case, path, error) => {
      const { client, double } = await givenDouble({ commitTimeoutMs: 100 });
      double.pauseCommits();
      const once = event('A');
      await expect(client.appendToStream('s', once, path)).rejects.toMatchObject(error);
      await expect(namesOf(client.readStream('s'))).rejects.toMatchObject({ type: 'stream-not-found' });
      double.resumeCommits();
      await eventually(() => double.log.committedRevision('s')).toBe(0);
      expect(await namesOf(client.readStream('s'))).toEqual(['0@s A']);
      expect(await client.appendToStream('s', once, path)).toMatchObject({ nextExpectedRevision: 0n });
    },
  );

  it('refuse a racing append at once: what is written counts, also before it is committed', async () => {
    const { client, double } = await givenDouble();
    await client.appendToStream('warm', event('W'), inBatch);
    double.pauseCommits();
    const winner = client.appendToStream('s', event('A'), inBatch);
    await eventually(() => double.unanswered).toBe(1);
    await expect(client.appendToStream('s', event('B'), inBatch)).rejects.toMatchObject({
      actualVersion: 0n,
    });
    double.resumeCommits();
    await winner;
  });
});

describe('replies that are dropped', () => {
  it.each([
    ['in a batch', inBatch],
    ['by itself', plain],
  ])('leave an append %s committed and unanswered; the next one is answered', async (_case, path) => {
    const { client, double } = await givenDouble();
    double.dropNextReplies(1);
    const unanswered = client.appendToStream('s', event('A'), { ...path, deadline: 2_000 });
    unanswered.catch(() => {});
    await eventually(() => double.log.committedRevision('s')).toBe(0);
    expect(await settles(unanswered, 100)).toBe(false);
    await client.appendToStream('s', event('B'), { ...path, expectedRevision: 0n });
    expect(await namesOf(client.readStream('s'))).toEqual(['0@s A', '1@s B']);
  });
});

describe('a commit that takes its time', () => {
  it('is answered after that time and not before', async () => {
    const { client, double } = await givenDouble();
    double.delayCommits(150);
    const startedMs = performance.now();
    await client.appendToStream('s', event('A'), { expectedRevision: ANY });
    expect(performance.now() - startedMs).toBeGreaterThan(140);
  });
});
