import { expect, onTestFinished, test } from 'vitest';
import { givenEventStore } from '../../../../test/support/event-store-world.ts';
import { selfSignedCertificate } from '../../../../test/support/eventstoredb/certificate.ts';
import { newEvent } from '../../../../test/support/new-events.ts';
import { startEventStoreDouble } from '../../../../test/support/servers/event-store-double.ts';
import { closedAfterwards } from '../../../../test/support/store-directory.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { beginning, noStream } from '../../../domain/kernel/log.ts';
import { openEventStoreDb } from './eventstoredb-event-store.ts';

async function givenCluster() {
  const { double: leader } = await givenEventStore();
  const follower = await startEventStoreDouble({ leader });
  onTestFinished(() => follower.stop());
  const open = (url: string) => closedAfterwards(openEventStoreDb({ url }));
  return { leader, follower, open };
}

test('appends find their way to the leader from a node that only follows', async () => {
  const { follower, open } = await givenCluster();
  const store = open(follower.url);
  const answers = await Promise.all(
    [1, 2, 3].map((number) => store.append(`order-${number}`, noStream, [newEvent(number)])),
  );
  expect(answers).toMatchObject(Array(3).fill({ status: 'appended', revision: 0, repeated: false }));
  expect(await store.readAll({ after: beginning, countMax: 9 })).toHaveLength(3);
});

test.each(['esdb://', 'esdb+discover://'])('the leader of a cluster is discovered (%s)', async (scheme) => {
  const { leader, follower, open } = await givenCluster();
  const seeds = scheme === 'esdb://' ? [follower, leader] : [follower];
  const store = open(
    `${scheme}${seeds.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false&streamPrefix=t1.`,
  );
  expect(await store.head()).toBe(beginning);
  expect(await store.append('order-a', noStream, [newEvent(1)])).toMatchObject({ revision: 0 });
  expect(await store.readStream('order-a', { countMax: 9 })).toMatchObject([newEvent(1)]);
});

test('a process that only reads may read from a node that follows', async () => {
  const { leader, follower, open } = await givenCluster();
  await open(leader.url).append('order-a', noStream, [newEvent(1)]);
  const url = `esdb+discover://127.0.0.1:${follower.port}?tls=false&nodePreference=follower`;
  expect(await open(url).readAll({ after: beginning, countMax: 9 })).toMatchObject([newEvent(1)]);
});

test('users and TLS come from the URL; a right that is missing is named', async () => {
  const certificate = selfSignedCertificate();
  onTestFinished(() => certificate.remove());
  const { double } = await givenEventStore({
    tls: certificate,
    users: {
      writer: { password: 'p:w@', rights: ['read', 'append'] },
      reader: { password: 'geheim', rights: ['read'] },
      nobody: { password: 'geheim', rights: [] },
    },
  });
  const as = (login: string) =>
    closedAfterwards(openEventStoreDb({ url: double.url.replace('esdb://', `esdb://${login}@`) }));
  expect(await as('writer:p%3Aw%40').append('order-a', noStream, [newEvent(1)])).toMatchObject({
    revision: 0,
  });
  const reader = as('reader:geheim');
  expect(await reader.readAll({ after: beginning, countMax: 9 })).toHaveLength(1);
  const refused = reader.append('order-a', 0, [newEvent(2)]);
  await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(refused).rejects.toMatchObject({ remedy: expect.stringContaining('$w') });
  await expect(as('nobody:geheim').head()).rejects.toMatchObject({ remedy: expect.stringContaining('$r') });
  const wrong = as('reader:falsch').head();
  await expect(wrong).rejects.toMatchObject({ remedy: expect.stringContaining('user and password') });
  await expect(wrong).rejects.not.toThrow(/falsch/);
});
