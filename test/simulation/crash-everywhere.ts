import type { PartReport } from '../trust/part-report.ts';
import { diceOf } from './dice.ts';
import type { Fault, Swarm } from './faults.ts';
import { type Step, totalOf } from './script.ts';
import { runWorld } from './world.ts';

/** Long enough for a node to start again and for everything to settle: what follows then does not depend on when. */
const thinkMs = 8_000;

const swarm: Swarm = {
  ...{ rates: {}, nodes: 1, callers: 1, orders: 10, customers: 1, commands: 30, asksProvider: true },
  ...{ pauses: false, skewMs: 0, doorbellLoss: 0, cacheEntries: 100, rebuilds: false, streamsCached: 100 },
};

/** One story of 30 commands, in which all kinds of money move: told without faults, and with a crash at every single call. */
export async function crashEverywhere(seed: number, pointsMax: number): Promise<PartReport> {
  const startedMs = performance.now();
  const script = story();
  const told = (fate?: (call: number) => Fault | undefined) =>
    runWorld({ seed, swarm, script, ...(fate && { fate }) });
  const undisturbed = await told(() => 'ok');
  const { calls } = undisturbed;
  const violations = [...undisturbed.violations];
  const kinds = ['crash-before', 'crash-after'] as const;
  const step = Math.max(1, Math.ceil((calls * kinds.length) / pointsMax));
  let runs = 0;
  let crashes = 0;
  for (let point = 0; point < calls * kinds.length; point += step) {
    const [at, kind] = [1 + (point >> 1), kinds[point % 2] as Fault];
    const result = await told((call) => (call === at ? kind : 'ok'));
    runs += 1;
    crashes += result.crashes;
    const where = `npm run sim -- --crashes --seed ${seed}: ${kind} at call ${at}`;
    violations.push(...result.violations.map((what) => `${where}: ${what}`));
    if (result.digest !== undisturbed.digest) violations.push(`${where}: the end is another`);
    if (runs % 500 === 0) process.stdout.write(`  ${runs} runs\n`);
  }
  return {
    name: 'crash-everywhere',
    seed,
    rerun: `npm run sim -- --crashes --seed ${seed}`,
    tookS: Math.round((performance.now() - startedMs) / 1_000),
    figures: [
      { name: 'calls of the story', value: calls },
      { name: 'runs with a crash', value: runs },
      { name: 'crashes', value: crashes },
    ],
    violations,
  };
}

function story(): readonly Step[] {
  const dice = diceOf(1, 'story');
  const steps: Step[] = [];
  const tell = (operation: string, order: number, body: Step['body'] = {}, isOperator = true) =>
    steps.push({
      ...{ number: steps.length, caller: 0, thinkMs, kind: 'command', operation, order, customer: 0 },
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
