import { expect, test } from 'vitest';
import { createCommandWorld, orderIdFor, threeLines } from '../../test/support/command-world.ts';
import { createFaultyStore } from '../../test/support/faulty-store.ts';
import { createEventCodec } from '../adapters/codec/event-codec.ts';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import { createMemoryKeyStore } from '../adapters/key-store/memory-key-store.ts';
import { OutcomeUnknown, StoreUnavailable } from '../domain/kernel/faults.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import { emptyMemory, outcomeOf, StreamMemories } from './stream-memory.ts';

const place = { operation: 'placeOrder', key: 'place-key-1', body: threeLines } as const;
const orderId = orderIdFor('place-key-1');
const stream = `order-${orderId}`;
const amend = (quantity: number) => ({
  operation: 'amendLines',
  key: `amend-key-${quantity}`,
  orderId,
  body: { lines: [{ ...threeLines.lines[0], quantity }] },
});

/** A stream of `length` events, and the memory of one process that wrote none of them. */
async function givenStream(length: number) {
  const world = createCommandWorld();
  const writer = world.node();
  await writer.send(place);
  for (let revision = 1; revision < length; revision++) await writer.send(amend(revision));
  const store = createFaultyStore(world.store);
  const codec = createEventCodec([orderAggregate.events], createMemoryKeyStore(), nodeDigest);
  return { world, writer, store, memories: new StreamMemories(store, codec, orderAggregate.evolve, 10) };
}

test('a stream that does not exist is an empty memory, and nothing to remember', async () => {
  const { memories } = await givenStream(1);
  expect(await memories.reload('order-none')).toEqual(emptyMemory());
  expect(memories.recall('order-none')).toBeUndefined();
});

test('a reload folds the whole stream and knows every command in it', async () => {
  const { memories, world } = await givenStream(4);
  const memory = await memories.reload(stream);
  expect(memory).toMatchObject({ revision: 3, position: 4, refusals: 0 });
  expect(memory.snapshot).toBe(await world.documentAt(orderId, 3));
  expect(memory.outcomes.map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
  expect(memories.recall(stream)).toBe(memory);
});

test('a reload of what is known reads only what is newer', async () => {
  const { memories, writer, world } = await givenStream(2);
  const before = await memories.reload(stream);
  await writer.send(amend(9));
  const now = await memories.reload(stream, before);
  expect(now.revision).toBe(2);
  expect(now.outcomes).toHaveLength(3);
  expect(now.snapshot).toBe(await world.documentAt(orderId, 2));
});

test('streams longer than a page are read to their end', async () => {
  const { memories, world, store } = await givenStream(501);
  const memory = await memories.reload(stream);
  expect(memory.revision).toBe(500);
  expect(memory.lastHash).toBe((await world.eventsOf(orderId)).at(-1)?.metadata.hash);
  expect(await memories.snapshotAt(stream, 499)).toBe(await world.documentAt(orderId, 499));
  const first = await memories.firstEventOf(stream, memory.outcomes.at(-1)?.commandId ?? '');
  expect(first?.revision).toBe(500);
  expect(store.calls.reads).toBe(6);
});

test('a reload that fails half-way is made good by the next', async () => {
  const { memories, writer, store, world } = await givenStream(2);
  const before = await memories.reload(stream);
  await writer.send(amend(9));
  store.failReads(1);
  await expect(memories.reload(stream, before)).rejects.toThrow('no connection');
  const now = await memories.reload(stream, before);
  expect(now.snapshot).toBe(await world.documentAt(orderId, 2));
});

test('only where the stream is known to hold it does a failed read leave unknown what became of a command', async () => {
  const { memories, store } = await givenStream(1);
  store.failReads(2);
  const unread = memories.reload(stream);
  await expect(unread).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(unread).rejects.not.toBeInstanceOf(OutcomeUnknown);
  const unknown = memories.reload(stream, emptyMemory(), true);
  await expect(unknown).rejects.toBeInstanceOf(OutcomeUnknown);
  await expect(unknown).rejects.toThrow(`recorded in ${stream}`);
  await expect(unknown).rejects.toHaveProperty('cause', expect.any(StoreUnavailable));
});

test('an event that cannot be read is damage, also where the stream is known to hold it', async () => {
  const { store } = await givenStream(1);
  const codec = createEventCodec([], createMemoryKeyStore(), nodeDigest);
  const memories = new StreamMemories(store, codec, orderAggregate.evolve, 10);
  const damaged = memories.reload(stream, emptyMemory(), true);
  await expect(damaged).rejects.toThrow();
  await expect(damaged).rejects.not.toBeInstanceOf(OutcomeUnknown);
});

test('the first event of a stream is chained to nothing', () => {
  // Stored hashes depend on it: it must never change.
  expect(emptyMemory().lastHash).toBe('');
});

test('the outcome of a command of several events is that of the last of them', async () => {
  const { memories, writer, world } = await givenStream(1);
  await writer.send({
    operation: 'authorizePayment',
    key: 'authorize-1',
    orderId,
    body: { method: { token: 'tok_visa' } },
  });
  await writer.send({ operation: 'capturePayment', key: 'capture-1', orderId });
  const commandId = (await world.eventsOf(orderId)).at(-1)?.metadata.commandId ?? '';
  expect(outcomeOf(await memories.reload(stream), commandId)).toMatchObject({ revision: 3, position: 4 });
});

test('a refusal is remembered as the caller first saw it, and counted', async () => {
  const { memories, writer } = await givenStream(1);
  await writer.send({ operation: 'capturePayment', key: 'capture-1', orderId, requestId: 'first' });
  const memory = await memories.reload(stream);
  expect(memory.refusals).toBe(1);
  expect(memory.outcomes.at(-1)?.refusal).toMatchObject({
    command: 'CapturePayment',
    code: 'payment-not-authorized',
    requestId: 'first',
  });
});

test('the streams used longest ago are forgotten first', async () => {
  const { memories } = await givenStream(1);
  const memory = await memories.reload(stream);
  for (let index = 0; index < 20; index++) memories.keep(`order-${index}`, memory);
  expect(memories.recall(stream)).toBeUndefined();
  memories.forget('order-19');
  expect(memories.recall('order-19')).toBeUndefined();
});
