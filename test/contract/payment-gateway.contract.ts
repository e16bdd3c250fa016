import { expect, test } from 'vitest';
import { moneyOf } from '../../src/domain/kernel/money.ts';
import type { GatewayAnswer, GatewayCall, PaymentGateway } from '../../src/ports/payment-gateway.ts';
import { authorization, eur, following, payment } from './payment-gateway-samples.ts';

type Open = () => Promise<{ readonly gateway: PaymentGateway; openAgain(): Promise<PaymentGateway> }>;

/** What every provider promises that can be called; `ports/payment-gateway.ts` says it in words. */
export function askingContract(open: Open): void {
  keys(open);
  inquiries(open);
  amounts(open);
  books(open);
}

const changes: readonly (readonly [what: string, changed: Partial<GatewayCall>])[] = [
  ['another amount', { amount: eur(10_001) }],
  ['another currency', { amount: moneyOf(10_000, 'USD') }],
  ['another payment', { paymentId: 'c2d0a0a7-5d3f-5c38-8a9e-0d8ad3a7b1f4' }],
  ['another token', { token: 'tok_visa' }],
  ['another operation', { operation: 'capture' }],
];

function keys(open: Open): void {
  test('an approval says what was approved and until when it is held', async () => {
    const { gateway } = await open();
    const answer = approved(await gateway.call(authorization()));
    expect(answer).toMatchObject({ amount: eur(10_000) });
    expect(answer.reference).not.toBe('');
    expect(answer.expiresAt).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  });

  test('a key has one effect and one answer, however often and from wherever it comes', async () => {
    const { gateway, openAgain } = await open();
    const other = await openAgain();
    await gateway.call(authorization());
    const capture = following('capture', 2, 4_000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? gateway : other).call(capture)),
    );
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(approved(answers[0]).amount).toEqual(eur(4_000));
    expect(await heldOf(gateway)).toBe('6000');
  });

  test('a decline is an answer like any other: it stays one', async () => {
    const { gateway } = await open();
    const call = authorization({ token: 'tok_decline' });
    const answer = await gateway.call(call);
    expect(answer).toMatchObject({ kind: 'declined', code: expect.stringMatching(/^[a-z-]+$/) });
    expect(await gateway.call(call)).toEqual(answer);
    expect(await gateway.inquire(call.key)).toEqual(answer);
  });

  test.each(changes)('a key that comes with %s is an error and changes nothing', async (_what, changed) => {
    const { gateway } = await open();
    const answer = await gateway.call(authorization());
    const key = authorization().key;
    expect(await gateway.call({ ...authorization(), ...changed, key })).toEqual({
      kind: 'failed',
      code: 'key-reused',
    });
    expect(await gateway.call(authorization())).toEqual(answer);
    expect(await heldOf(gateway)).toBe('10000');
  });
}

function inquiries(open: Open): void {
  test('what was never asked is not found', async () => {
    const { gateway } = await open();
    expect(await gateway.inquire('payment/never/authorize/1')).toEqual({ kind: 'not-found' });
  });

  test('an inquiry tells what the call was answered, and does nothing', async () => {
    const { gateway } = await open();
    const answer = await gateway.call(authorization());
    for (let times = 0; times < 3; times++)
      expect(await gateway.inquire(authorization().key)).toEqual(answer);
    expect(await heldOf(gateway)).toBe('10000');
  });
}

function amounts(open: Open): void {
  /** A payment of 100.00 that is held, and captured as far as asked. */
  const held = async (captured = 0) => {
    const { gateway } = await open();
    await gateway.call(authorization());
    if (captured > 0) approved(await gateway.call(following('capture', 2, captured)));
    return gateway;
  };

  test('a hold is captured in parts, and not a cent beyond it', async () => {
    const gateway = await held(4_000);
    approved(await gateway.call(following('capture', 3, 5_999)));
    expect(await gateway.call(following('capture', 4, 2))).toMatchObject({
      kind: 'declined',
      code: 'insufficient-hold',
    });
    approved(await gateway.call(following('capture', 5, 1)));
    expect(await heldOf(gateway)).toBe('0');
  });

  test('a final capture gives back what it leaves', async () => {
    const gateway = await held();
    approved(await gateway.call(following('capture', 2, 1_000, { final: true })));
    expect(await heldOf(gateway)).toBe('0');
    expect(await gateway.call(following('capture', 3, 1))).toMatchObject({ kind: 'declined' });
  });

  test('a void gives back what is held, once', async () => {
    const gateway = await held(4_000);
    approved(await gateway.call(following('void', 3, 6_000)));
    expect(await heldOf(gateway)).toBe('0');
    expect(await gateway.call(following('void', 4, 6_000))).toMatchObject({ kind: 'declined' });
    expect(await gateway.call(following('capture', 5, 1))).toMatchObject({ kind: 'declined' });
  });

  test('nothing is refunded beyond what was captured', async () => {
    const gateway = await held(4_000);
    approved(await gateway.call(following('refund', 3, 3_000)));
    expect(await gateway.call(following('refund', 4, 1_001))).toMatchObject({ kind: 'declined' });
    approved(await gateway.call(following('refund', 5, 1_000)));
    expect(await gateway.call(following('refund', 6, 1))).toMatchObject({ kind: 'declined' });
  });

  test.each([following('capture', 2, 1), following('void', 2, 1), following('refund', 2, 1)])(
    'nothing follows what was never authorized: $operation',
    async (call) => {
      const { gateway } = await open();
      expect(await gateway.call(call)).toMatchObject({ kind: 'declined' });
    },
  );

  test.each([
    ['of another currency', { amount: moneyOf(100, 'USD') }],
    ['that names a reference of nobody', { reference: 'nobody' }],
    ['of nothing', { amount: eur(0) }],
  ])('a capture %s is declined', async (_what, changed) => {
    const gateway = await held();
    expect(await gateway.call(following('capture', 2, 100, changed))).toMatchObject({ kind: 'declined' });
    expect(await heldOf(gateway)).toBe('10000');
  });
}

function books(open: Open): void {
  test('what it holds is captured less refunds and fees', async () => {
    const { gateway } = await open();
    await gateway.call(authorization());
    const { fee } = approved(await gateway.call(following('capture', 2, 4_000)));
    approved(await gateway.call(following('refund', 3, 1_500)));
    const cleared = 4_000 - 1_500 - (fee?.amount ?? 0);
    expect(await gateway.balances?.()).toEqual(
      new Map([['EUR', { cleared: String(cleared), held: '6000' }]]),
    );
    const { paymentId } = authorization();
    expect(await gateway.balances?.(new Set([paymentId]))).toEqual(
      new Map([['EUR', { cleared: '0', held: '0' }]]),
    );
  });

  test('its book outlives the process: the same keys have the same answers', async () => {
    const { gateway, openAgain } = await open();
    const calls = [authorization(), following('capture', 2, 4_000), following('refund', 3, 5)];
    const answers = [];
    for (const call of calls) answers.push(await gateway.call(call));
    const balances = await gateway.balances?.();
    await gateway.close();
    const again = await openAgain();
    for (const [index, call] of calls.entries()) {
      expect(await again.inquire(call.key)).toEqual(answers[index]);
      expect(await again.call(call)).toEqual(answers[index]);
    }
    expect(await again.balances?.()).toEqual(balances);
  });

  test('what another process did is known at once', async () => {
    const { gateway, openAgain } = await open();
    const other = await openAgain();
    const answer = await other.call(authorization());
    expect(await gateway.inquire(authorization().key)).toEqual(answer);
    approved(await gateway.call(following('void', 2, 10_000)));
    expect(await heldOf(other)).toBe('0');
  });

  test('a closed one does not do what it is asked, and says so without failing', async () => {
    const { gateway, openAgain } = await open();
    await gateway.close();
    expect(await gateway.call(authorization())).toMatchObject({ kind: 'failed' });
    expect(await gateway.inquire(authorization().key)).toMatchObject({ kind: 'unknown' });
    expect(await (await openAgain()).inquire(authorization().key)).toEqual({ kind: 'not-found' });
  });
}

function approved(answer: GatewayAnswer | undefined) {
  if (answer?.kind !== 'approved') throw new Error(`not approved: ${JSON.stringify(answer)}`);
  return answer;
}

async function heldOf(gateway: PaymentGateway): Promise<string | undefined> {
  expect(gateway.balances, `balances of ${payment}`).toBeDefined();
  return (await gateway.balances?.())?.get('EUR')?.held;
}
