import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/http-manual-clock.ts';
import { paymentId, simulatedWorld } from '../../../../test/support/simulated-world.ts';
import { closedAfterwards, temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { moneyOf } from '../../../domain/kernel/money.ts';
import { openSimulatedGateway } from './simulated-gateway.ts';

const key = `payment/${paymentId}/authorize/1`;
const technical = { kind: 'failed', code: 'technical-error' };
const timeout = { kind: 'unknown', code: 'timeout' };
const notFound = { kind: 'not-found' };

test('tok_decline is declined for good, whatever the chances are', async () => {
  const { authorize, gateway } = simulatedWorld('approve=1');
  const declined = { kind: 'declined', code: 'card-declined' };
  expect(await authorize('tok_decline')).toEqual(declined);
  expect(await authorize('tok_decline')).toEqual(declined);
  expect(await gateway.standing(paymentId)).toBeUndefined();
});

test('tok_approve is approved, whatever the chances are', async () => {
  const { authorize } = simulatedWorld('approve=0');
  expect(await authorize('tok_approve')).toMatchObject({ kind: 'approved' });
});

test('tok_technical_2 fails twice at each call, with nothing done, and is then approved', async () => {
  const { authorize, ask, gateway } = simulatedWorld('approve=0');
  for (const call of [() => authorize('tok_technical_2'), () => ask('capture', 2, 4_000)]) {
    expect(await call()).toEqual(technical);
    expect(await call()).toEqual(technical);
    expect(await call()).toMatchObject({ kind: 'approved' });
    expect(await call()).toMatchObject({ kind: 'approved' });
  }
  expect(await gateway.standing(paymentId)).toMatchObject({
    authorized: 10_000,
    captured: 4_000,
    calls: [
      { tries: 4, outcome: 'approved' },
      { tries: 4, outcome: 'approved' },
    ],
  });
});

test('a call that failed is not found', async () => {
  const { authorize, gateway } = simulatedWorld();
  await authorize('tok_technical_1');
  expect(await gateway.inquire(key)).toEqual(notFound);
});

test('tok_timeout_then_ok takes effect at once, and only an inquiry or another try tells', async () => {
  const { authorize, ask, gateway } = simulatedWorld('approve=0');
  expect(await authorize('tok_timeout_then_ok')).toEqual(timeout);
  const truth = await gateway.inquire(key);
  expect(truth).toMatchObject({ kind: 'approved', amount: moneyOf(10_000, 'EUR') });
  expect(await authorize('tok_timeout_then_ok')).toEqual(truth);
  expect(await ask('capture', 2, 10_000)).toEqual(timeout);
  expect(await gateway.standing(paymentId)).toMatchObject({ authorized: 10_000, captured: 10_000 });
});

test('tok_timeout_lost is not heard the first time', async () => {
  const { authorize, gateway } = simulatedWorld('approve=0');
  expect(await authorize('tok_timeout_lost')).toEqual(timeout);
  expect(await gateway.inquire(key)).toEqual(notFound);
  expect(await authorize('tok_timeout_lost')).toMatchObject({ kind: 'approved' });
});

test('tok_approve_after_cancel is not found however often it is tried, and approved when told', async () => {
  const { authorize, gateway, taken } = simulatedWorld('approve=0');
  for (let tries = 0; tries < 5; tries++) {
    expect(await authorize('tok_approve_after_cancel')).toEqual(timeout);
    expect(await gateway.inquire(key)).toEqual(notFound);
  }
  await gateway.settleLate(paymentId);
  const approval = { kind: 'approved', amount: moneyOf(10_000, 'EUR') };
  expect(await gateway.inquire(key)).toMatchObject(approval);
  expect(await authorize('tok_approve_after_cancel')).toMatchObject(approval);
  await gateway.deliver();
  expect(taken).toMatchObject([{ type: 'call.approved', key, paymentId }]);
});

test('the outcome of an attempt is the same on every machine and after every restart; the next attempt has its own', async () => {
  const outcomesOf = async (seed: number) => {
    const { authorize } = simulatedWorld(`seed=${seed}`);
    const outcomes = [];
    for (let attempt = 1; attempt <= 40; attempt++) {
      const answer = await authorize('tok_visa', { key: `payment/${paymentId}/authorize/${attempt}` });
      outcomes.push('code' in answer ? answer.code : answer.kind);
    }
    return outcomes;
  };
  const outcomes = await outcomesOf(7);
  expect(await outcomesOf(7)).toEqual(outcomes);
  expect(await outcomesOf(8)).not.toEqual(outcomes);
  expect(new Set(outcomes).size).toBeGreaterThan(1);
});

test('a share of the tries fails, and every one does something at most once', async () => {
  const { ask, authorize, gateway } = simulatedWorld('approve=1&failRate=0.3&timeoutRate=0.4');
  const seen = new Map<string, number>();
  for (let n = 1; n <= 300; n++) {
    const payment = `p-${n}`;
    let tries = 0;
    let answer = await authorize('tok_visa', { paymentId: payment });
    while (answer.kind === 'failed' || answer.kind === 'unknown') {
      seen.set(answer.kind, (seen.get(answer.kind) ?? 0) + 1);
      if (++tries > 50) throw new Error('it never ends');
      answer = await ask('authorize', 1, 10_000, { paymentId: payment, token: 'tok_visa' });
    }
    expect(await gateway.standing(payment)).toMatchObject({ authorized: 10_000 });
  }
  expect(seen.get('failed')).toBeGreaterThan(50);
  expect(seen.get('unknown')).toBeGreaterThan(50);
  expect(await gateway.balances()).toEqual(new Map([['EUR', { cleared: '0', held: '3000000' }]]));
});

test('half of the lost answers were to calls that took effect', async () => {
  const { authorize, gateway } = simulatedWorld('approve=1&timeoutRate=1');
  let effects = 0;
  for (let n = 1; n <= 400; n++) {
    expect(await authorize('tok_visa', { paymentId: `p-${n}` })).toEqual(timeout);
    if ((await gateway.inquire(`payment/p-${n}/authorize/1`)).kind === 'approved') effects++;
  }
  // Four standard deviations around 200: 4 × √(400 × 0.25) = 40.
  expect(Math.abs(effects - 200)).toBeLessThan(40);
});

test('a call takes as long as it is told to', async () => {
  const { authorize, clock } = simulatedWorld('latencyMs=100');
  let isAnswered = false;
  const answer = authorize('tok_approve').then(() => {
    isAnswered = true;
  });
  await clock.pass(95);
  expect(isAnswered).toBe(false);
  await clock.pass(20);
  await answer;
});

test('the number of tries outlives the process', async () => {
  const dataDir = temporaryDirectory();
  const tryOnce = async () => {
    const gateway = openSimulatedGateway(`simulated:${join(dataDir, 'g.db')}`, {
      dataDir,
      clock: createManualClock(),
    });
    const token = 'tok_technical_2';
    const answer = await closedAfterwards(gateway).call({
      operation: 'authorize',
      key,
      paymentId,
      token,
      amount: moneyOf(5, 'EUR'),
    });
    await gateway.close();
    return answer.kind;
  };
  expect([await tryOnce(), await tryOnce(), await tryOnce()]).toEqual(['failed', 'failed', 'approved']);
});
