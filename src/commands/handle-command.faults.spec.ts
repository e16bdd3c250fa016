import { expect, test } from 'vitest';
import { createCommandWorld, orderIdFor, threeLines } from '../../test/support/command-world.ts';
import { OutcomeUnknown, StoreUnavailable } from '../domain/kernel/faults.ts';

const place = { operation: 'placeOrder', key: 'place-key-1', body: threeLines } as const;
const orderId = orderIdFor('place-key-1');
const note = { operation: 'addNote', key: 'note-key-1', orderId, body: { note: 'ring twice' } } as const;
const otherNote = { ...note, key: 'note-key-2', body: { note: 'mind the dog' } } as const;
const authorize = {
  operation: 'authorizePayment',
  key: 'authorize-1',
  orderId,
  body: { method: { token: 'tok_visa' } },
} as const;
const cancel = {
  operation: 'cancelOrder',
  key: 'cancel-key-1',
  orderId,
  body: { reason: 'too late' },
} as const;

test('an append that was applied and never answered is found, and answered as what it is', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('unknown-applied');
  const outcome = await node.send(note);
  expect(outcome).toMatchObject({ kind: 'done', revision: 1 });
  expect(outcome).toHaveProperty('snapshot', await world.documentAt(orderId, 1));
  expect(await node.send(note)).toEqual({ ...outcome, replayed: true });
  expect(await world.eventsOf(orderId)).toHaveLength(2);
  expect(node.counts['outcome-unknown']).toBe(1);
});

test('an append that cannot be found is unknown, never failed, and its key is safe to send again', async () => {
  const world = createCommandWorld();
  const node = world.node();
  node.store.failNext('unknown-lost');
  await expect(node.send(place)).rejects.toBeInstanceOf(OutcomeUnknown);
  expect(await node.send(place)).toMatchObject({ kind: 'done', revision: 0, replayed: false });
  expect(await world.eventsOf(orderId)).toHaveLength(1);
});

test('an append that arrives after the retry was answered changes nothing', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('unknown-late');
  await expect(node.send(note)).rejects.toBeInstanceOf(OutcomeUnknown);
  const retried = await node.send(note);
  expect(await node.store.deliverLate()).toMatchObject([{ status: 'appended', repeated: true }]);
  expect(await node.send(note)).toEqual({ ...retried, replayed: true });
  expect(await world.eventsOf(orderId)).toHaveLength(2);
});

test('an append that arrives before the retry is what the retry answers', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('unknown-late');
  await expect(node.send(note)).rejects.toBeInstanceOf(OutcomeUnknown);
  await node.store.deliverLate();
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 1, replayed: true });
  expect(await world.eventsOf(orderId)).toHaveLength(2);
});

test('an append that arrives after another command took its place is refused by its revision', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('unknown-late');
  await expect(node.send(note)).rejects.toBeInstanceOf(OutcomeUnknown);
  await node.send(otherNote);
  expect(await node.store.deliverLate()).toEqual([{ status: 'conflict', actual: 1 }]);
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 2, replayed: false });
});

test('an append the store calls repeated is answered with what is stored, as a replay', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('repeated');
  const outcome = await node.send(note);
  expect(outcome).toMatchObject({ kind: 'done', revision: 1 });
  expect(outcome).toHaveProperty('snapshot', await world.documentAt(orderId, 1));
  expect(await world.eventsOf(orderId)).toHaveLength(2);
});

test('what the store is known to hold is never called failed, although it cannot be read just then', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('repeated');
  node.store.failReads(1);
  await expect(node.send(note)).rejects.toBeInstanceOf(OutcomeUnknown);
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 1, replayed: true });
  expect(await world.eventsOf(orderId)).toHaveLength(2);
});

test('what was found is never called failed either, although it cannot be read a second time', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('unknown-applied');
  node.store.failReads(1, 1);
  await expect(node.send(note)).rejects.toBeInstanceOf(OutcomeUnknown);
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 1, replayed: true });
});

test('a lost race whose winner cannot be read is a command that was not carried out', async () => {
  const node = createCommandWorld().node();
  await node.send(place);
  node.store.failNext('conflict');
  node.store.failReads(1);
  const failed = node.send(note);
  await expect(failed).rejects.toThrow('no connection');
  await expect(failed).rejects.not.toBeInstanceOf(OutcomeUnknown);
});

test('a store that cannot be reached fails the command, records nothing, and the next attempt is the first', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('unavailable');
  await expect(node.send(note)).rejects.toBeInstanceOf(StoreUnavailable);
  expect(await world.eventsOf(orderId)).toHaveLength(1);
  expect(node.counts['outcome-unknown']).toBe(0);
  expect(node.store.calls.reads).toBe(0);
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 1, replayed: false });
});

test('where even looking for the command fails it stays unknown, and the key stays safe', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext('unknown-applied');
  node.store.failReads(1);
  await expect(node.send(note)).rejects.toBeInstanceOf(OutcomeUnknown);
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 1, replayed: true });
  expect(await world.eventsOf(orderId)).toHaveLength(2);
});

test('a lost race is decided again on what the winner left', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const rival = world.node();
  await node.send(place);
  node.store.beforeNextAppend(() => rival.send(cancel));
  const outcome = await node.send(authorize);
  expect(outcome).toMatchObject({ kind: 'refused', code: 'order-already-cancelled' });
  expect(node.counts).toMatchObject({ 'conflict-retried': 1, refused: 1 });
});

test('a decision to refuse that was overtaken is taken again, too', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.beforeNextAppend(() => world.node().send(authorize));
  expect(await node.send({ operation: 'capturePayment', key: 'capture-1', orderId })).toMatchObject({
    kind: 'done',
  });
});

test('the same command at two processes at once has one effect, and one answer', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const rival = world.node();
  let theirs: unknown;
  node.store.beforeNextAppend(async () => {
    theirs = await rival.send({ ...place, requestId: 'request-2' });
  });
  const ours = await node.send(place);
  expect(ours).toEqual({ ...(theirs as object), replayed: true });
  expect(await world.eventsOf(orderId)).toHaveLength(1);
});

test('conflicts are retried a bounded number of times, waiting longer but never long', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext(...Array.from({ length: 12 }, () => 'conflict' as const));
  await expect(node.send(note)).rejects.toThrow(`order-${orderId} changed 12 times`);
  expect(node.store.calls.appends).toBe(1 + 12);
  // Half of what it may be, as chance has it here; the first two conflicts are retried at once.
  expect(node.sleptMs).toEqual([4, 8, 16, 25, 25, 25, 25, 25, 25, 25]);
  expect(await node.send(note)).toMatchObject({ kind: 'done', replayed: false });
});

test('eleven conflicts in a row are survived', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  node.store.failNext(...Array.from({ length: 11 }, () => 'conflict' as const));
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 1 });
  expect(node.counts['conflict-retried']).toBe(11);
});

test('identical commands in flight share one append and one answer; all but one are called replays', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => node.send(place)));
  expect(node.store.calls.appends).toBe(1);
  expect(node.counts).toMatchObject({ executed: 1, replayed: 99 });
  expect(outcomes.filter((outcome) => 'replayed' in outcome && !outcome.replayed)).toHaveLength(1);
  expect(new Set(outcomes.map((outcome) => JSON.stringify({ ...outcome, replayed: true }))).size).toBe(1);
});

test('a key with another body in flight waits for the first, then is told', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const [first, second] = await Promise.all([
    node.send(place),
    node.send({ ...place, body: { ...threeLines, currency: 'USD' } }),
  ]);
  expect(first).toMatchObject({ kind: 'done' });
  expect(second).toEqual({ kind: 'key-reused', differs: ['currency'] });
});

test('commands on one order are carried out in the order they came, without conflicts among themselves', async () => {
  const world = createCommandWorld();
  const node = world.node();
  await node.send(place);
  const keys = Array.from({ length: 20 }, (_, index) => `note-key-${index}`);
  const outcomes = await Promise.all(keys.map((key) => node.send({ ...note, key, body: { note: key } })));
  expect(outcomes.map((outcome) => outcome.kind === 'done' && outcome.revision)).toEqual(
    keys.map((_, index) => index + 1),
  );
  expect(node.counts['conflict-retried']).toBe(0);
});

test('memory that was thrown out is read again and answers the same', async () => {
  const world = createCommandWorld();
  const node = world.node({ streamsCachedMax: 1 });
  const first = await node.send(place);
  await node.send({ ...place, key: 'place-key-2' });
  expect(await node.send(note)).toMatchObject({ kind: 'done', revision: 1 });
  expect(await node.send(place)).toEqual({ ...first, replayed: true });
});
