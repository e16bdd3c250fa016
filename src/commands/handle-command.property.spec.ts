import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CommandNode,
  type CommandWorld,
  createCommandWorld,
  envelopeOf,
  orderIdFor,
  threeLines,
} from '../../test/support/command-world.ts';
import { type AppendFault, appendFaults } from '../../test/support/faulty-store.ts';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import type { CommandOutcome } from './command.ts';

const orders = ['place-key-0', 'place-key-1'] as const;
const operations = [
  { operation: 'placeOrder', bodies: [threeLines, { ...threeLines, currency: 'USD' }] },
  {
    operation: 'amendLines',
    bodies: [2, 3].map((quantity) => ({ lines: [{ ...threeLines.lines[0], quantity }] })),
  },
  { operation: 'addNote', bodies: [{ note: 'ring twice' }, { note: 'mind the dog' }] },
  {
    operation: 'authorizePayment',
    bodies: [450, 900].map((amount) => ({ amount, method: { token: 'tok_visa' } })),
  },
  { operation: 'capturePayment', bodies: [{ amount: 450 }, { final: true }] },
  { operation: 'voidPayment', bodies: [{}, {}] },
  { operation: 'refundPayment', bodies: [450, 900].map((amount) => ({ amount, reason: 'broken' })) },
  { operation: 'cancelOrder', bodies: [{ reason: 'changed mind' }, { reason: 'other' }] },
  { operation: 'fulfilOrder', bodies: [{}, {}] },
] as const;

/** One thing a caller or the world does. Few keys and orders, so that keys meet again and again. */
interface Step {
  readonly node: 0 | 1;
  readonly order: 0 | 1;
  readonly operation: number;
  readonly key: number;
  readonly body: 0 | 1;
  readonly copies: number;
  readonly faults: readonly AppendFault[];
  readonly readsFail: boolean;
  readonly deliversLate: boolean;
}

const bit = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.record({
  node: bit,
  order: bit,
  operation: fc.nat(operations.length - 1),
  key: fc.nat(2),
  body: bit,
  copies: fc.integer({ min: 1, max: 3 }),
  faults: fc.array(fc.constantFrom(...appendFaults), { maxLength: 2 }),
  readsFail: fc.boolean(),
  deliversLate: fc.boolean(),
});
/** Steps of one inner list happen at the same time. */
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });

const envelope = ({ order, operation, key, body }: Step) => {
  const { operation: name, bodies } = operations[operation] as (typeof operations)[number];
  const place = orders[order] as string;
  return name === 'placeOrder'
    ? envelopeOf({ operation: name, key: place, body: bodies[body] })
    : envelopeOf({
        operation: name,
        key: `key-${key}-of-many`,
        orderId: orderIdFor(place),
        body: bodies[body],
      });
};

/** Every answer that was given for one command id and one content. */
type Answers = Map<
  string,
  { readonly commandId: string; readonly fingerprint: string; readonly outcomes: CommandOutcome[] }
>;

async function play(nodes: readonly CommandNode[], rounds: readonly (readonly Step[])[]): Promise<Answers> {
  const answers: Answers = new Map();
  const ask = async (node: CommandNode, each: Step) => {
    const sent = envelope(each);
    const { commandId, fingerprint } = sent;
    const asked = answers.get(commandId + fingerprint) ?? { commandId, fingerprint, outcomes: [] };
    answers.set(commandId + fingerprint, asked);
    // A fault is an answer that says nothing: whatever happened, the caller sends the same again.
    const outcome = await node.handle(sent).catch(() => undefined);
    if (outcome !== undefined) asked.outcomes.push(outcome);
  };
  for (const round of rounds) {
    const sent = round.flatMap((each) => {
      const node = nodes[each.node] as CommandNode;
      node.store.failNext(...each.faults);
      if (each.readsFail) node.store.failReads(1);
      return Array.from({ length: each.copies }, () => ask(node, each));
    });
    await Promise.all(sent);
    for (const { node, deliversLate } of round) if (deliversLate) await nodes[node]?.store.deliverLate();
  }
  for (const node of nodes) node.store.failReads(0);
  for (const each of rounds.flat()) await ask(healthy(nodes[each.node] as CommandNode), each);
  return answers;
}

/** The node with its store mended: what is left over of the faults is used up by asking again. */
function healthy(node: CommandNode): CommandNode {
  return {
    ...node,
    handle: async (sent) => {
      for (let attempt = 0; attempt < 40; attempt++) {
        const outcome = await node.handle(sent).catch(() => undefined);
        if (outcome !== undefined) return outcome;
      }
      throw new Error('a mended store does not answer');
    },
  };
}

const unreplayed = (outcome: CommandOutcome) =>
  JSON.stringify('replayed' in outcome ? { ...outcome, replayed: true } : outcome);

/** Refusals that record nothing may be answered otherwise once there is something. */
const isLasting = (outcome: CommandOutcome) =>
  outcome.kind === 'done' || (outcome.kind === 'refused' && outcome.code !== 'order-not-found');

async function examine(world: CommandWorld, answers: Answers): Promise<void> {
  const events = await world.allEvents();
  const byCommand = Map.groupBy(events, ({ metadata }) => metadata.commandId);
  const asked = new Set([...answers.values()].map(({ commandId }) => commandId));
  for (const [commandId, own] of byCommand) {
    expect(asked, 'every event belongs to a command that was sent').toContain(commandId);
    expect(new Set(own.map(({ stream, metadata }) => stream + metadata.fingerprint)).size).toBe(1);
    expect(own.map(({ revision }) => revision)).toEqual(
      own.map((_, index) => (own[0]?.revision ?? 0) + index),
    );
    expect(own.map(({ eventId }) => eventId)).toEqual(
      own.map((_, index) => nodeDigest.uuid5(commandId, `${index}`)),
    );
  }
  for (const [, own] of Map.groupBy(events, ({ stream }) => stream)) {
    expect(own.map(({ revision }) => revision)).toEqual(own.map((_, index) => index));
  }
  for (const { commandId, fingerprint, outcomes } of answers.values()) {
    const lasting = outcomes.filter(isLasting);
    expect(new Set(lasting.map(unreplayed)).size, 'an answer never changes').toBeLessThanOrEqual(1);
    const own = byCommand.get(commandId) ?? [];
    const isOwner = own[0]?.metadata.fingerprint === fingerprint;
    expect(lasting.length > 0, 'who has an effect is answered with it, and nobody else').toBe(isOwner);
    if (!isOwner) continue;
    const afterwards = outcomes.slice(outcomes.findIndex(isLasting));
    expect(afterwards.every(isLasting), 'an answered key is never anything else again').toBe(true);
    await examineDone(world, lasting[0] as CommandOutcome, own.at(-1));
  }
}

async function examineDone(
  world: CommandWorld,
  outcome: CommandOutcome,
  last:
    | { readonly stream: string; readonly revision: number; readonly position: number; readonly type: string }
    | undefined,
): Promise<void> {
  if (outcome.kind !== 'done' || last === undefined) {
    expect(last?.type).toBe('CommandRefused');
    return;
  }
  expect(outcome).toMatchObject({ revision: last.revision, position: last.position });
  expect(outcome.snapshot).toBe(await world.documentAt(last.stream.slice('order-'.length), last.revision));
}

test('whatever is sent, repeated, mixed up and interrupted through two processes: one key, one effect, one answer', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (rounds) => {
      const world = createCommandWorld();
      // One of them forgets every stream at once, so that cold and warm commands meet.
      const nodes = [world.node(), world.node({ streamsCachedMax: 1 })];
      await examine(world, await play(nodes, rounds));
    }),
    { numRuns: 250 },
  );
}, 60_000);

test('the examination finds a command that was carried out twice', async () => {
  const world = createCommandWorld();
  const node = world.node();
  const sent = envelopeOf({ operation: 'placeOrder', key: orders[0], body: threeLines });
  const outcome = await node.handle(sent);
  const [copy] = await world.store.readAll({ after: 0, countMax: 1 });
  if (copy !== undefined) await world.store.append('order-elsewhere', -1, [copy]);
  const { commandId, fingerprint } = sent;
  const answers: Answers = new Map([['one', { commandId, fingerprint, outcomes: [outcome] }]]);
  await expect(examine(world, answers)).rejects.toThrow();
});
