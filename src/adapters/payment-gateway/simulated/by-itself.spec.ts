import { expect, test } from 'vitest';
import { paymentId, simulatedWorld } from '../../../../test/support/simulated-world.ts';
import { moneyOf } from '../../../domain/kernel/money.ts';
import { NotPossible } from './by-itself.ts';

const dayMs = 86_400_000;
const eur = (amount: number) => moneyOf(amount, 'EUR');

test('a hold ends after its days: it is not captured, and reported once', async () => {
  const { authorize, ask, gateway, clock, taken } = simulatedWorld('holdDays=0.001');
  await authorize('tok_approve');
  await ask('capture', 2, 4_000);
  await clock.pass(0.001 * dayMs + 5);
  expect(await ask('capture', 3, 1)).toEqual({ kind: 'declined', code: 'hold-expired' });
  expect(await ask('void', 4, 6_000)).toMatchObject({ kind: 'declined' });
  expect((await gateway.balances()).get('EUR')?.held).toBe('0');
  await gateway.deliver();
  await gateway.deliver();
  const expiries = taken.filter(({ type }) => type === 'authorization.expired');
  expect(expiries).toMatchObject([{ paymentId, amount: eur(6_000) }]);
});

test('a hold that nobody asks for ends and is reported by itself', async () => {
  const { authorize, gateway, clock, taken } = simulatedWorld('holdDays=0.001');
  await authorize('tok_approve');
  await gateway.deliver();
  await clock.pass(0.001 * dayMs + 5);
  await gateway.deliver();
  expect(taken.map(({ type }) => type)).toEqual(['call.approved', 'authorization.expired']);
});

test('nothing is held any more from the moment the time is over, noticed or not', async () => {
  const { authorize, gateway, clock } = simulatedWorld('holdDays=0.001');
  await authorize('tok_approve');
  expect((await gateway.balances()).get('EUR')?.held).toBe('10000');
  await clock.pass(0.001 * dayMs);
  expect((await gateway.balances()).get('EUR')?.held).toBe('0');
});

test('tok_approve_after_cancel is approved by itself when the time has come, once', async () => {
  const { authorize, gateway, clock, taken } = simulatedWorld('lateMs=500');
  for (let tries = 0; tries < 3; tries++) await authorize('tok_approve_after_cancel');
  await gateway.deliver();
  expect(taken).toEqual([]);
  await clock.pass(500);
  await gateway.deliver();
  await gateway.deliver();
  expect(taken).toMatchObject([{ type: 'call.approved', amount: eur(10_000) }]);
  await expect(gateway.settleLate(paymentId)).rejects.toThrow(NotPossible);
});

test('tok_dispute is disputed after its capture, once, and the report says what it costs', async () => {
  const { authorize, ask, gateway, clock, taken } = simulatedWorld('disputeMs=100');
  await authorize('tok_dispute');
  await ask('capture', 2, 4_000);
  await ask('capture', 3, 1_000);
  await gateway.deliver();
  expect(taken.map(({ type }) => type)).not.toContain('dispute.opened');
  await clock.pass(100);
  await gateway.deliver();
  await gateway.deliver();
  expect(taken.filter(({ type }) => type === 'dispute.opened')).toMatchObject([
    { paymentId, amount: eur(5_000), fee: eur(1_500) },
  ]);
});

test.each([
  { outcome: 'won', back: 4_000 },
  { outcome: 'lost', back: 0 },
] as const)('what is disputed is gone; $outcome, $back of it comes back, and never the fee', async (row) => {
  const { authorize, ask, gateway, taken } = simulatedWorld();
  await authorize('tok_approve');
  await ask('capture', 2, 4_000);
  const clearedOf = async () => Number((await gateway.balances()).get('EUR')?.cleared);
  const before = await clearedOf();
  await gateway.dispute(paymentId);
  expect(await clearedOf()).toBe(before - 4_000 - 1_500);
  expect(await ask('refund', 3, 1)).toEqual({ kind: 'declined', code: 'exceeds-captured' });
  await gateway.resolveDispute(paymentId, row.outcome);
  expect(await clearedOf()).toBe(before - 4_000 - 1_500 + row.back);
  await gateway.deliver();
  const opened = taken.find(({ type }) => type === 'dispute.opened');
  const { reference = '' } = opened ?? {};
  expect(reference).not.toBe('');
  expect(taken.at(-1)).toMatchObject({ type: `dispute.${row.outcome}`, amount: eur(4_000), reference });
});

test('what was won can be disputed again, under another name', async () => {
  const { authorize, ask, gateway, taken } = simulatedWorld();
  await authorize('tok_approve');
  await ask('capture', 2, 4_000);
  await gateway.dispute(paymentId);
  await gateway.resolveDispute(paymentId, 'won');
  await gateway.dispute(paymentId);
  await gateway.deliver();
  const opened = taken.filter(({ type }) => type === 'dispute.opened');
  expect(new Set(opened.map(({ eventId }) => eventId)).size).toBe(2);
  expect(new Set(opened.map(({ reference }) => reference)).size).toBe(2);
});

test('a hold can be ended by hand', async () => {
  const { authorize, gateway, taken } = simulatedWorld();
  await authorize('tok_approve');
  await gateway.expire(paymentId);
  await gateway.deliver();
  expect(taken.at(-1)).toMatchObject({ type: 'authorization.expired', amount: eur(10_000) });
  await expect(gateway.expire(paymentId)).rejects.toThrow(NotPossible);
});

test('what cannot be done to a payment is refused, and changes nothing', async () => {
  const { authorize, gateway } = simulatedWorld();
  const refused = () => [
    gateway.dispute(paymentId),
    gateway.resolveDispute(paymentId, 'won'),
    gateway.settleLate(paymentId),
  ];
  for (const each of [...refused(), gateway.expire(paymentId)])
    await expect(each).rejects.toThrow(NotPossible);
  await authorize('tok_approve');
  const standing = await gateway.standing(paymentId);
  for (const each of refused()) await expect(each).rejects.toThrow(NotPossible);
  expect(await gateway.standing(paymentId)).toEqual(standing);
});
