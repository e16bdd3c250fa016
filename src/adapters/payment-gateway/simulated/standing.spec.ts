import { expect, test } from 'vitest';
import { simulatedWorld } from '../../../../test/support/simulated-world.ts';
import { moneyOf } from '../../../domain/kernel/money.ts';
import type { GatewayAnswer, GatewayOperation } from '../../../ports/payment-gateway.ts';
import { chance } from './chance.ts';

const amountMax = Number.MAX_SAFE_INTEGER;

test('balances are exact where sums are beyond what a double, or SQLite, can count', async () => {
  const { ask, authorize, gateway } = simulatedWorld('');
  const payments = 1_100;
  for (let n = 0; n < payments; n++) {
    const paymentId = `p-${n}`;
    const amount = moneyOf(amountMax, 'EUR');
    await authorize('tok_approve', { paymentId, amount });
    if (n % 2 === 0) await ask('capture', 2, amountMax, { paymentId });
  }
  const half = BigInt(payments / 2) * BigInt(amountMax);
  const { cleared = '', held } = (await gateway.balances()).get('EUR') ?? {};
  expect(held).toBe(String(half));
  expect(BigInt(cleared)).toBe(half - BigInt(payments / 2) * 126_100_789_566_399n);
  expect(half > 2n ** 62n / 1_000n).toBe(true);
});

test('more than can be counted is not authorized for one payment', async () => {
  const { ask, authorize } = simulatedWorld('');
  await authorize('tok_approve', { amount: moneyOf(amountMax, 'EUR') });
  expect(await ask('authorize', 2, 1, { token: 'tok_approve' })).toEqual({
    kind: 'declined',
    code: 'amount-too-large',
  });
});

test('currencies are kept apart', async () => {
  const { authorize, gateway } = simulatedWorld('');
  await authorize('tok_approve', { paymentId: 'p-1', amount: moneyOf(500, 'JPY') });
  await authorize('tok_approve', { paymentId: 'p-2', amount: moneyOf(700, 'EUR') });
  expect(await gateway.balances()).toEqual(
    new Map([
      ['EUR', { cleared: '0', held: '700' }],
      ['JPY', { cleared: '0', held: '500' }],
    ]),
  );
});

/** What a merchant counts from the answers alone, who knows nothing of the provider's book. */
interface Tally {
  held: number;
  captured: number;
  refunded: number;
  fees: number;
}

test('whatever is asked, and however often answers are lost, the book is what the answers add up to', async () => {
  const { ask, gateway } = simulatedWorld('seed=3&approve=0.9&timeoutRate=0.3&failRate=0.2');
  const tallies = new Map<string, Tally>();
  let declined = 0;
  for (let step = 0; step < 1_500; step++) {
    const draw = (what: string, below: number) => Math.floor(chance(1, what, step) * below);
    const paymentId = `p-${draw('payment', 40)}`;
    const tally = tallies.get(paymentId) ?? { held: 0, captured: 0, refunded: 0, fees: 0 };
    tallies.set(paymentId, tally);
    const operation = (['authorize', 'capture', 'void', 'refund'] as const)[draw('operation', 4)] ?? 'void';
    const amount = 1 + draw('amount', 5_000);
    const final = operation === 'capture' && draw('final', 4) === 0;
    const more = { paymentId, final, ...(operation === 'authorize' && { token: 'tok_visa' }) };
    const answer = await insist(() => ask(operation, step, amount, more));
    // Never more than is there: a provider that said yes to that would give money away.
    const isThere = amount <= roomFor(operation, tally);
    if (operation !== 'authorize') expect(answer.kind).toBe(isThere ? 'approved' : 'declined');
    if (answer.kind === 'declined') declined++;
    else count(tally, operation, amount, final, answer.fee?.amount ?? 0);
  }
  const all = [...tallies.values()];
  const cleared = all.reduce((sum, { captured, refunded, fees }) => sum + captured - refunded - fees, 0);
  const held = all.reduce((sum, tally) => sum + tally.held, 0);
  expect(declined).toBeGreaterThan(100);
  expect(held).toBeGreaterThan(0);
  expect(await gateway.balances()).toEqual(
    new Map([['EUR', { cleared: String(cleared), held: String(held) }]]),
  );
});

function roomFor(operation: GatewayOperation, { held, captured, refunded }: Tally): number {
  return operation === 'refund' ? captured - refunded : held;
}

function count(tally: Tally, operation: GatewayOperation, amount: number, final: boolean, fee: number): void {
  if (operation === 'authorize') tally.held += amount;
  if (operation === 'void') tally.held -= amount;
  if (operation === 'refund') tally.refunded += amount;
  if (operation !== 'capture') return;
  tally.held = final ? 0 : tally.held - amount;
  tally.captured += amount;
  tally.fees += fee;
}

/** The same call until its outcome is known. */
async function insist(call: () => Promise<GatewayAnswer>) {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await call();
    if (answer.kind === 'approved' || answer.kind === 'declined') return answer;
  }
  throw new Error('it never ends');
}
