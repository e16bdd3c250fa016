import { expect, test } from 'vitest';
import {
  type CommandRequest,
  createCommandWorld,
  createSteppingClock,
  envelopeOf,
  type OrderEnvelope,
  orderIdFor,
  threeLines,
} from '../../test/support/command-world.ts';
import { createEventCodec } from '../adapters/codec/event-codec.ts';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import { createMemoryKeyStore } from '../adapters/key-store/memory-key-store.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import { createCommandPlanner } from './plan-command.ts';

const place: CommandRequest = { operation: 'placeOrder', key: 'place-key-1', body: threeLines };
const orderId = orderIdFor('place-key-1');
const note: CommandRequest = { operation: 'addNote', key: 'note-key-1', orderId, body: { note: 'ring' } };
const authorize: CommandRequest = {
  operation: 'authorizePayment',
  key: 'authorize-1',
  orderId,
  body: { method: { token: 'tok_visa' } },
};
const capture: CommandRequest = { operation: 'capturePayment', key: 'capture-1', orderId };
const effectiveAt = '2026-01-05T12:00:00.000Z' as Instant;

/** One process that carries out, and a planner beside it on the same store. */
async function givenOrder(...requests: readonly CommandRequest[]) {
  const world = createCommandWorld();
  const node = world.node();
  for (const request of requests) await node.send(request);
  const codec = createEventCodec([orderAggregate.events], createMemoryKeyStore(), nodeDigest);
  const plan = createCommandPlanner(orderAggregate, {
    store: world.store,
    codec,
    clock: createSteppingClock(),
  });
  return {
    world,
    node,
    plan: (request: CommandRequest, more: Partial<OrderEnvelope> = {}) =>
      plan({ ...envelopeOf(request), ...more }),
  };
}

test.each([
  ['that creates', [], place],
  ['that changes', [place], authorize],
  ['of several events', [place, authorize], capture],
])(
  'a plan of a command %s says what carrying it out then does, and does none of it',
  async (_what, done, next) => {
    const { world, node, plan } = await givenOrder(...done);
    const before = await world.allEvents();
    const planned = await plan(next, { effectiveAt });
    expect(await world.allEvents()).toEqual(before);

    const outcome = await node.handle({ ...envelopeOf(next), effectiveAt });
    const appended = (await world.allEvents()).slice(before.length);
    expect(planned).toEqual({
      kind: 'planned',
      events: appended.map(({ type, data }) => ({ type, data })),
      snapshot: outcome.kind === 'done' ? outcome.snapshot : undefined,
      revision: before.length - 1,
      position: before.length,
      replays: false,
    });
  },
);

test('a plan without a time of its own is of now', async () => {
  const { plan } = await givenOrder();
  const planned = await plan(place);
  expect(planned.kind === 'planned' && JSON.parse(planned.snapshot)).toMatchObject({
    placedAt: '2026-01-31T09:30:00.001Z',
  });
});

test('a key that is known repeats what its command left, on the stream as it is now', async () => {
  const { world, plan } = await givenOrder(place, note);
  expect(await plan(place)).toEqual({
    kind: 'planned',
    events: [],
    snapshot: await world.documentAt(orderId, 0),
    revision: 1,
    position: 2,
    replays: true,
  });
});

test('a key that stands for something else is not used again, and what differs is named', async () => {
  const { plan } = await givenOrder(place);
  expect(await plan({ ...place, body: { ...threeLines, currency: 'USD' } })).toEqual({
    kind: 'key-reused',
    differs: ['currency'],
  });
});

test('a refusal is planned as this request would see it, and one that is recorded as it was first seen', async () => {
  const { world, node, plan } = await givenOrder(place);
  const refused = { kind: 'refused', code: 'payment-not-authorized', detail: expect.any(String) };
  expect(await plan({ ...capture, requestId: 'dry' })).toMatchObject({
    ...refused,
    requestId: 'dry',
    replayed: false,
  });
  expect(await world.allEvents()).toHaveLength(1);

  await node.send({ ...capture, requestId: 'first' });
  expect(await plan({ ...capture, requestId: 'dry' })).toEqual({
    ...refused,
    requestId: 'first',
    replayed: true,
  });
});

test('another revision than is expected is told, before anything is decided', async () => {
  const { plan } = await givenOrder(place, note);
  expect(await plan({ ...capture, expectedRevision: 0 })).toEqual({ kind: 'revision-mismatch', actual: 1 });
  expect(await plan({ ...authorize, expectedRevision: 1 })).toMatchObject({ kind: 'planned', revision: 1 });
});

test('an order that is not there has no revision to expect, and is not found by whom it does not belong to', async () => {
  const { plan } = await givenOrder(place);
  const other = { ...place, key: 'place-key-2' };
  expect(await plan({ ...other, expectedRevision: 0 })).toEqual({
    kind: 'revision-mismatch',
    actual: undefined,
  });
  const stranger = { actor: 'customer-2', isOperator: false };
  expect(await plan({ ...note, ...stranger })).toMatchObject({ kind: 'refused', code: 'order-not-found' });
});

test('a key of a caller who may no longer touch the order repeats nothing', async () => {
  const { plan } = await givenOrder(place, note);
  expect(await plan(note, { mayTouch: () => false })).toMatchObject({
    kind: 'refused',
    code: 'order-not-found',
    replayed: false,
  });
});
