import { FOLLOWER, NO_STREAM, NotLeaderError } from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { clientOf, event, eventually, givenDouble, namesOf } from './double-world.ts';

describe('a client that discovers its server', () => {
  it('finds a single node', async () => {
    const { double } = await givenDouble();
    const client = clientOf(`esdb+discover://127.0.0.1:${double.port}?tls=false`);
    await client.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    expect(await namesOf(client.readStream('s'))).toEqual(['0@s A']);
  });

  it('finds the leader by way of a follower', async () => {
    const { double: leader } = await givenDouble();
    const { double: follower } = await givenDouble({ leader });
    const client = clientOf(`esdb+discover://127.0.0.1:${follower.port}?tls=false`);
    await client.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    expect(leader.log.committedRevision('s')).toBe(0);
  });

  it('may prefer the follower, which reads what the leader has', async () => {
    const { double: leader, client: writer } = await givenDouble();
    const { double: follower } = await givenDouble({ leader });
    await writer.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    const client = clientOf(
      `esdb+discover://127.0.0.1:${follower.port}?tls=false&nodePreference=${FOLLOWER}`,
    );
    expect(await namesOf(client.readStream('s'))).toEqual(['0@s A']);
    await expect(namesOf(client.readStream('s', { requiresLeader: true }))).rejects.toBeInstanceOf(
      NotLeaderError,
    );
  });
});

describe('a follower', () => {
  it('tells its subscribers what the leader commits, and may die without the leader losing anything', async () => {
    const { double: leader, client: writer } = await givenDouble();
    const { double: follower, client } = await givenDouble({ leader });
    const seen: string[] = [];
    const subscription = client.subscribeToStream('s');
    subscription.on('data', ({ event: found }) => seen.push(found?.type ?? ''));
    subscription.on('error', () => {});
    await new Promise((done) => subscription.once('caughtUp', done));
    await writer.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    await eventually(() => seen).toEqual(['A']);
    leader.pauseCommits();
    const append = writer.appendToStream('s', event('B'), { expectedRevision: 0n });
    await eventually(() => leader.unanswered).toBe(1);
    await follower.kill();
    leader.resumeCommits();
    expect(await append).toMatchObject({ nextExpectedRevision: 1n });
    expect(await namesOf(writer.readStream('s'))).toEqual(['0@s A', '1@s B']);
  });

  it.each([
    ['in a batch', {}],
    ['by itself', { credentials: { username: 'nobody', password: '' } }],
  ])('that is appended to %s names the leader, where the client goes next', async (_case, path) => {
    const { double: leader } = await givenDouble();
    const { client } = await givenDouble({ leader });
    const append = () => client.appendToStream('s', event('A'), { expectedRevision: NO_STREAM, ...path });
    await expect(append()).rejects.toMatchObject({
      type: 'not-leader',
      leader: { address: '127.0.0.1', port: leader.port },
    });
    expect(await append()).toMatchObject({ success: true });
    expect(leader.log.committedRevision('s')).toBe(0);
  });
});
