import { expect, test } from 'vitest';
import { createCommandWorld, customer, orderIdFor, threeLines } from '../../test/support/command-world.ts';
import { refusalsMax } from './handle-command.ts';

const place = { operation: 'placeOrder', key: 'place-key-1', body: threeLines } as const;
const orderId = orderIdFor('place-key-1');
const authorize = {
  operation: 'authorizePayment',
  key: 'authorize-1',
  orderId,
  body: { method: { token: 'tok_visa' } },
} as const;
const capture = { operation: 'capturePayment', key: 'capture-1', orderId } as const;
const cancel = {
  operation: 'cancelOrder',
  key: 'cancel-key-1',
  orderId,
  body: { reason: 'changed mind' },
} as const;
const note = { operation: 'addNote', key: 'note-key-1', orderId, body: { note: 'ring twice' } } as const;

test('a command is answered with the state it left, as JSON, and the revision and position of its last event', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  const outcome = await node.send({ ...capture, ...authorize });
  expect(outcome).toMatchObject({ kind: 'done', revision: 1, position: 2, replayed: false });
  expect(outcome).toHaveProperty('snapshot', await world.documentAt(orderId, 1));
});

test('a warm command reads nothing: the exact revision of its append is what protects it', async () => {
  const node = createCommandWorld().node();
  await node.send(place);
  await node.send(note);
  expect(node.store.calls).toEqual({ appends: 2, reads: 0 });
});

test('one append holds all events a command gives', async () => {
  const world = createCommandWorld();
  const node = world.node();
  for (const each of [place, authorize, capture]) await node.send(each);
  const events = await world.eventsOf(orderId);
  expect(events.map(({ type }) => type)).toEqual([
    'OrderPlaced',
    'PaymentAuthorized',
    'PaymentCaptured',
    'OrderPaid',
  ]);
  expect(node.store.calls.appends).toBe(3);
  expect(events[2]?.metadata.commandId).toBe(events[3]?.metadata.commandId);
});

test('a replay is the first answer to the byte, although the order has changed since', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const first = await node.send(place);
  for (const each of [note, authorize, capture]) await node.send(each);
  const again = await node.send(place);
  expect(again).toEqual({ ...first, replayed: true });
  expect(again).not.toHaveProperty('snapshot', await world.documentAt(orderId, 4));
  expect(await world.eventsOf(orderId)).toHaveLength(5);
});

test('the newest command is replayed from memory', async () => {
  const node = createCommandWorld().node();
  await node.send(place);
  const first = await node.send(note);
  expect(await node.send(note)).toEqual({ ...first, replayed: true });
  expect(node.store.calls.reads).toBe(0);
});

test('a process that was never told of a command replays it from the stream', async () => {
  const world = createCommandWorld();
  const first = await world.node().send(place);
  await world.node().send(note);
  const elsewhere = world.node();
  expect(await elsewhere.send(place)).toEqual({ ...first, replayed: true });
  expect(elsewhere.counts).toMatchObject({ replayed: 1, executed: 0 });
});

test('a key with another body is refused, names what differs, and records nothing', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  const other = { ...threeLines, currency: 'USD', lines: [{ ...threeLines.lines[0], quantity: 4 }] };
  const outcome = await node.send({ ...place, body: other });
  expect(outcome).toEqual({ kind: 'key-reused', differs: ['currency', 'lines'] });
  expect(await world.eventsOf(orderId)).toHaveLength(1);
  expect(node.counts['key-reused']).toBe(1);
});

test('a refusal is recorded, and stays one for its key after the state has changed', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  const tooEarly = await node.send({ ...capture, requestId: 'the-first' });
  expect(tooEarly).toMatchObject({ kind: 'refused', code: 'payment-not-authorized', replayed: false });
  await node.send(authorize);
  const again = await world.node().send({ ...capture, requestId: 'the-second' });
  expect(again).toEqual({ ...tooEarly, requestId: 'the-first', replayed: true });
  expect(await node.send({ ...capture, key: 'capture-2' })).toMatchObject({ kind: 'done' });
});

test('a refusal of the very first command is recorded under the id it would have had', async () => {
  const world = createCommandWorld();
  const huge = { ...threeLines.lines[0], quantity: 1_000_000, unitPrice: 10 ** 12 };
  const tooMuch = { ...place, body: { ...threeLines, lines: [huge] } };
  const refusal = await world.node().send(tooMuch);
  expect(refusal).toMatchObject({ kind: 'refused', code: 'total-too-large' });
  expect(await world.node().send(tooMuch)).toEqual({ ...refusal, replayed: true });
  expect((await world.eventsOf(orderId)).map(({ type }) => type)).toEqual(['CommandRefused']);
});

test('a stream records a hundred refusals and then no more of them, while commands go on', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  for (let count = 0; count < refusalsMax; count++) {
    expect(await node.send({ ...capture, key: `capture-${count}` })).toMatchObject({ kind: 'refused' });
  }
  expect(await node.send({ ...capture, key: 'one-too-many' })).toEqual({ kind: 'too-many-refusals' });
  expect(await world.node().send({ ...capture, key: 'one-too-many' })).toEqual({ kind: 'too-many-refusals' });
  expect(await world.eventsOf(orderId)).toHaveLength(1 + refusalsMax);
  expect(await node.send(authorize)).toMatchObject({ kind: 'done' });
  expect(await node.send({ ...capture, key: 'capture-7' })).toMatchObject({
    kind: 'refused',
    replayed: true,
  });
});

test('what does not exist is refused and leaves no trace', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const missing = { ...cancel, orderId: '00000000-0000-5000-8000-000000000000' };
  const refusal = { kind: 'refused', code: 'order-not-found', replayed: false };
  expect(await node.send(missing)).toMatchObject(refusal);
  expect(await node.send(missing)).toMatchObject(refusal);
  expect(await world.allEvents()).toHaveLength(0);
});

test('what belongs to somebody else is answered as what does not exist, whatever the key', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  const stranger = { ...cancel, actor: 'customer-2', isOperator: false };
  const missing = { ...stranger, orderId: '00000000-0000-5000-8000-000000000000' };
  expect(await node.send(stranger)).toEqual(await node.send(missing));
  expect(await node.send({ ...stranger, expectedRevision: 7 })).toEqual(await node.send(missing));
  expect(await world.eventsOf(orderId)).toHaveLength(1);
});

test('the same key of two callers, or on two operations, is two keys', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  await node.send({ ...place, actor: 'customer-2' });
  await node.send({ ...authorize, key: place.key });
  const ids = new Set((await world.allEvents()).map(({ metadata }) => metadata.commandId));
  expect(ids.size).toBe(3);
  expect(orderIdFor(place.key, 'customer-2')).not.toBe(orderIdFor(place.key, customer));
});

test('a command with a revision is refused unless the stream is exactly there, and records nothing', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  await world.node().send(note);
  const late = { ...authorize, expectedRevision: 0 };
  expect(await node.send(late)).toEqual({ kind: 'revision-mismatch', actual: 1 });
  expect(await world.eventsOf(orderId)).toHaveLength(2);
  expect(await node.send({ ...late, expectedRevision: 1 })).toMatchObject({ kind: 'done', revision: 2 });
});

test('a command that begins a stream has no revision to expect, and records nothing where it expects one', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const expecting = { ...place, expectedRevision: 0 };
  expect(await node.send(expecting)).toEqual({ kind: 'revision-mismatch', actual: undefined });
  expect(await world.allEvents()).toHaveLength(0);
  expect(await node.send(place)).toMatchObject({ kind: 'done', revision: 0, replayed: false });
});

test('a process that does not know of a stream looks for it before it calls a revision wrong', async () => {
  const world = createCommandWorld();
  const first = await world.node().send(place);
  const elsewhere = world.node();
  expect(await elsewhere.send({ ...place, expectedRevision: 0 })).toEqual({ ...first, replayed: true });
});

test('a replay does not ask for the revision again', async () => {
  const node = createCommandWorld().node();
  await node.send(place);
  const first = await node.send({ ...note, expectedRevision: 0 });
  expect(await node.send({ ...note, expectedRevision: 0 })).toEqual({ ...first, replayed: true });
});

test('a process that remembers an older revision looks again before it calls a revision wrong', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  await world.node().send(note);
  expect(await node.send({ ...authorize, expectedRevision: 1 })).toMatchObject({ kind: 'done', revision: 2 });
});

test('a copy is not given what an older look found that is not recorded: it may have changed before the copy came', async () => {
  const world = createCommandWorld();
  const [stalled, other] = [world.node(), world.node()];
  const release = stalled.store.holdNextRead();
  const early = stalled.send(note);
  await other.send(place);
  const heard = await other.send(note);
  const late = stalled.send(note);
  release();
  expect(await early).toMatchObject({ kind: 'refused', code: 'order-not-found' });
  expect(await late).toEqual({ ...heard, replayed: true });
});

test('copies of what is recorded share the look at it', async () => {
  const world = createCommandWorld();
  const [node, other] = [world.node(), world.node()];
  await other.send(place);
  const copies = [node.send(note), node.send(note), node.send(note)];
  const [first, ...others] = await Promise.all(copies);
  expect(first).toMatchObject({ kind: 'done', replayed: false });
  for (const copy of others) expect(copy).toEqual({ ...first, replayed: true });
  expect(node.store.calls).toEqual({ appends: 1, reads: 1 });
});
