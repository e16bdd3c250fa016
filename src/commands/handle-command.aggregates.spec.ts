import { expect, test } from 'vitest';
import { createSteppingClock, envelopeOf, threeLines } from '../../test/support/command-world.ts';
import { createFaultyStore } from '../../test/support/faulty-store.ts';
import { createEventCodec } from '../adapters/codec/event-codec.ts';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../adapters/event-store/memory/memory-event-store.ts';
import { createMemoryKeyStore } from '../adapters/key-store/memory-key-store.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import { webhookAggregate } from '../domain/webhook/aggregate.ts';
import { report } from '../domain/webhook/report.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import { createCommandHandler, type HandlerDependencies } from './handle-command.ts';

const opened = report.parse({
  eventId: 'evt_1',
  gateway: 'simulated',
  type: 'dispute.opened',
  paymentId: '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
  amount: { amount: 1_000, currency: 'EUR' },
  reportedAt: '2026-01-05T08:59:00.000Z',
});

/** The third party's report under one more key: the aggregate knows it by what it is, not by the key. */
const receive = (commandId: string) => ({
  commandId,
  fingerprint: commandId,
  aggregateId: 'evt-1',
  command: { type: 'ReceiveWebhook', report: opened } as const,
  actor: 'gateway-1',
  requestId: 'request-1',
});

function needs() {
  const subjects: string[] = [];
  const codec = createEventCodec(
    [orderAggregate.events, webhookAggregate.events],
    createMemoryKeyStore(),
    nodeDigest,
  );
  const watched: EventCodec = {
    ...codec,
    encode: (events, context) => {
      subjects.push(context.subject);
      return codec.encode(events, context);
    },
  };
  const store = createFaultyStore(createMemoryEventStore());
  const dependencies: HandlerDependencies = {
    store,
    codec: watched,
    clock: createSteppingClock(),
    ids: { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0 },
    metrics: { count: () => {} },
    streamsCachedMax: 10,
  };
  return { store, subjects, dependencies };
}

test('what is so already is answered as it is, appends nothing, and is no replay', async () => {
  const { store, dependencies } = needs();
  const handle = createCommandHandler(webhookAggregate, dependencies);
  const first = await handle(receive('6d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b11'));
  const again = await handle(receive('7d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b12'));
  expect(again).toEqual(first);
  expect(again).toHaveProperty('replayed', false);
  expect(store.calls.appends).toBe(1);
});

test('what seems to be so already is looked at once more: what is remembered may be old', async () => {
  const { store, dependencies } = needs();
  const handle = createCommandHandler(webhookAggregate, dependencies);
  await handle(receive('6d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b11'));
  const elsewhere = createCommandHandler(webhookAggregate, { ...dependencies, streamsCachedMax: 9 });
  const quarantine = { type: 'QuarantineWebhook', reason: 'order-not-found', detail: 'None.' } as const;
  const moved = await elsewhere({
    ...receive('8d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b13'),
    command: quarantine,
  });
  const reads = store.calls.reads;
  expect(await handle(receive('7d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b12'))).toEqual(moved);
  expect(store.calls.reads).toBe(reads + 1);
});

test('what is recorded is sealed for whom the order belongs to, and for nobody while there is no order', async () => {
  const { subjects, dependencies } = needs();
  const handle = createCommandHandler(orderAggregate, dependencies);
  const huge = { ...threeLines.lines[0], quantity: 1_000_000, unitPrice: 10 ** 12 };
  await handle(
    envelopeOf({ operation: 'placeOrder', key: 'place-1', body: { ...threeLines, lines: [huge] } }),
  );
  await handle(envelopeOf({ operation: 'placeOrder', key: 'place-2', body: threeLines }));
  expect(subjects).toEqual(['', 'customer-1']);
});
