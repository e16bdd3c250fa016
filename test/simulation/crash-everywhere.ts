import type { PartReport } from '../trust/part-report.ts';
import { diceOf } from './dice.ts';
import type { Fault, Swarm } from './faults.ts';
import { abreast, partOf } from './in-parts.ts';
import { type Step, totalOf } from './script.ts';
import { runWorld } from './world.ts';

const swarm: Swarm = {
  ...{
    rates: {},
    nodes: 1,
    callers: 1,
    orders: 10,
    customers: 1,
    commands: 30,
    reads: 0,
    asksProvider: true,
  },
  ...{ pauses: false, skewMs: 0, doorbellLoss: 0, cacheEntries: 100, rebuilds: false, streamsCached: 100 },
};

/** What a range of crash points came to, as it crosses from one process to another. */
export interface CrashesResult {
  readonly runs: number;
  readonly crashes: number;
  readonly violations: readonly string[];
}

/** Crash points that a process of its own is given. */
const chunk = 400;
const kinds = ['crash-before', 'crash-after'] as const;

/**
 * One story of 30 commands, in which all kinds of money move: told without faults, and with a crash before and after every
 * single call. Every end must be the same.
 *
 * @param every one crash point in so many is run; 1: all
 */
export async function crashEverywhere(seed: number, every: number, workers: number): Promise<PartReport> {
  const startedMs = performance.now();
  const { calls, violations } = await told(seed, () => 'ok');
  const points = calls * kinds.length;
  const starts = Array.from(
    { length: Math.ceil(points / (chunk * every)) },
    (_, index) => index * chunk * every,
  );
  const parts = await abreast(starts, workers, (start) => {
    const end = Math.min(points, start + chunk * every);
    return partOf<CrashesResult>(['--crash-points', `${start},${end},${every}`, '--seed', String(seed)]);
  });
  const sum = (of: 'runs' | 'crashes') => parts.reduce((total, part) => total + part[of], 0);
  return {
    name: 'crash-everywhere',
    seed,
    rerun: `npm run sim -- --crashes --every ${every} --seed ${seed}`,
    tookS: Math.round((performance.now() - startedMs) / 1_000),
    figures: [
      { name: 'calls of the story', value: calls },
      { name: 'runs with a crash', value: sum('runs'), ...(every === 1 && { atLeast: points }) },
      { name: 'crashes', value: sum('crashes') },
    ],
    violations: [...violations, ...parts.flatMap((part) => part.violations)],
  };
}

/** Point 2n is a crash before call n + 1, point 2n + 1 one after it. */
export async function crashAt(seed: number, from: number, to: number, every: number): Promise<CrashesResult> {
  const undisturbed = await told(seed, () => 'ok');
  const violations: string[] = [];
  let runs = 0;
  let crashes = 0;
  for (let point = from; point < to; point += every) {
    const [at, kind] = [1 + (point >> 1), kinds[point % 2] as Fault];
    const result = await told(seed, (call) => (call === at ? kind : 'ok'));
    runs += 1;
    crashes += result.crashes;
    const where = `npm run sim -- --crash-points ${point},${point + 1},1 --seed ${seed} (${kind} call ${at})`;
    violations.push(...result.violations.map((what) => `${where}: ${what}`));
    if (result.digest !== undisturbed.digest) violations.push(`${where}: the end is another`);
  }
  return { runs, crashes, violations };
}

function told(seed: number, fate: (call: number) => Fault | undefined) {
  return runWorld({ seed, swarm, script: story(), fate, isCalm: true });
}

function story(): readonly Step[] {
  const dice = diceOf(1, 'story');
  const steps: Step[] = [];
  const tell = (operation: string, order: number, body: Step['body'] = {}, isOperator = true) =>
    steps.push({
      ...{ number: steps.length, caller: 0, thinkMs: 0, kind: 'command', operation, order, customer: 0 },
      ...{ isOperator, key: keyOf(operation, order, steps.length), body, isConditional: false },
    });
  const tokens = ['tok_approve', 'tok_decline', 'tok_timeout_then_ok', 'tok_timeout_lost', 'tok_technical_2'];
  for (const [order, token] of tokens.entries())
    tell('placeOrder', order, { ...basket(order), payment: { method: { token } } }, false);
  for (let order = 5; order < 9; order++) tell('placeOrder', order, basket(order), false);
  tell('fulfilOrder', 0);
  tell('refundPayment', 0, { amount: 1 + dice.below(50), reason: 'broken' });
  tell('refundPayment', 2, { reason: 'returned' });
  tell('addNote', 3, { note: 'call first' }, false);
  tell('fulfilOrder', 3);
  tell('authorizePayment', 5, { method: { token: 'tok_approve' } }, false);
  tell('voidPayment', 5, {}, false);
  tell('authorizePayment', 6, { method: { token: 'tok_approve' } }, false);
  tell('capturePayment', 6, { amount: Math.floor(totalOf(6) / 2) });
  tell('capturePayment', 6);
  tell('refundPayment', 6, { amount: totalOf(6) + 1, reason: 'too much' });
  tell('refundPayment', 6, { reason: 'all of it' });
  tell('authorizePayment', 7, { method: { token: 'tok_approve' } }, false);
  tell('cancelOrder', 7, { reason: 'changed my mind' }, false);
  tell('amendLines', 8, { lines: basket(9).lines }, false);
  tell('cancelOrder', 8, { reason: 'never mind' }, false);
  tell('fulfilOrder', 8);
  tell('cancelOrder', 4, { reason: 'paid already' }, false);
  tell('refundPayment', 4, { reason: 'cancelled' });
  tell('cancelOrder', 4, { reason: 'now' }, false);
  tell('fulfilOrder', 1);
  return steps;
}

function keyOf(operation: string, order: number, number: number): string {
  return operation === 'placeOrder' ? `sim-key-place-${order}` : `sim-key-${number}`;
}

function basket(order: number) {
  const quantity = 1 + (order % 3);
  const unitPrice = totalOf(order) / quantity;
  return {
    currency: 'EUR',
    lines: [{ kind: 'single', sku: `SKU-${order}`, label: 'A thing', quantity, unitPrice }],
  };
}
