import { EventStoreDBClient } from '@eventstore/db-client';
import { expect, onTestFinished, test } from 'vitest';
import { givenEventStore } from '../../../../test/support/event-store-world.ts';
import { newEvents } from '../../../../test/support/new-events.ts';
import { defectsOf } from '../../../../test/support/store-sqlite.ts';
import { noStream } from '../../../domain/kernel/log.ts';

function operator(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url);
  onTestFinished(() => client.dispose());
  return client;
}

test.each(['', '&streamPrefix=t1.'])(
  'a log to which nothing was done has no defects (%j)',
  async (parameters) => {
    const { store } = await givenEventStore({ parameters });
    for (let index = 0; index < 5; index++)
      await store.append(`order-${index}`, noStream, newEvents(index * 3, 3));
    expect(await defectsOf(store)).toEqual([]);
  },
);

test.each([
  { parameters: '', stream: 'order-b' },
  { parameters: '&streamPrefix=t1.', stream: 't1.order-b' },
])('what somebody has hidden or deleted is told: $stream', async ({ parameters, stream }) => {
  const { double, store } = await givenEventStore({ parameters });
  for (const name of ['order-a', 'order-b', 'order-c', 'order-d'])
    await store.append(name, noStream, newEvents(1, 3));
  const client = operator(double.url);
  await client.setStreamMetadata(stream, { maxCount: 1 });
  await client.deleteStream(stream.replace('-b', '-c'));
  await client.tombstoneStream(stream.replace('-b', '-d'));
  await client.deleteStream('other-c').catch(() => {});
  const defects = await defectsOf(store);
  expect(defects).toMatchObject([
    { stream: 'order-b', problem: expect.stringContaining('$maxCount') },
    { stream: 'order-c', problem: expect.stringContaining('$tb') },
    { stream: 'order-d', problem: 'the stream was deleted for ever in EventStoreDB' },
  ]);
});

test('revisions that are missing from the log are told, those of the beginning too', async () => {
  const { double, store } = await givenEventStore();
  await store.append('order-a', noStream, newEvents(1, 5));
  await store.append('order-b', noStream, newEvents(1, 3));
  forget(double.log, ({ stream, revision }) => stream === 'order-a' && revision < 2);
  forget(double.log, ({ stream, revision }) => stream === 'order-b' && revision === 1);
  expect(await defectsOf(store)).toEqual([
    { stream: 'order-a', revision: 0, problem: 'the events at revisions 0 to 1 are missing' },
    { stream: 'order-b', revision: 1, problem: 'the event at revision 1 is missing' },
  ]);
});

/** As a scavenge would: nothing shows them any more. */
function forget(
  log: { readonly committed: number; at(index: number): { stream: string; revision: number } | undefined },
  isForgotten: (record: { readonly stream: string; readonly revision: number }) => boolean,
): void {
  for (let index = 0; index < log.committed; index++) {
    const record = log.at(index);
    if (record !== undefined && isForgotten(record))
      Object.assign(record, { stream: '$scavenged', wire: undefined });
  }
}
