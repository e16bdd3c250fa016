import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPaymentWorld, type PaymentWorld } from '../../test/support/payment-world.ts';
import { capture } from '../../test/support/projection-history.ts';
import type { Fate } from '../../test/support/scripted-gateway.ts';

let world: PaymentWorld;

beforeEach(async () => {
  world = await createPaymentWorld();
});

afterEach(async () => {
  await world.stop();
});

const typesOf = async (number: number) => (await world.eventsOf(number)).map(({ type }) => type);
const expectSameBooks = async () =>
  expect((await world.gateway.balances()).get('EUR')).toEqual(await world.expectedBalance());

describe('an order placed with a method', () => {
  it('is paid without a further call', async () => {
    world.startNode();
    await world.place(1);
    await world.settled(1_000);

    expect(await typesOf(1)).toEqual([
      'OrderPlaced',
      'PaymentRequested',
      'PaymentAuthorized',
      'CaptureRequested',
      'PaymentCaptured',
      'OrderPaid',
    ]);
    expect(world.gateway.asked).toEqual(['authorize', 'capture']);
    await expectSameBooks();
  });

  it('is cancelled when the provider declines, and the provider is not asked again', async () => {
    world.gateway.script('declined');
    world.startNode();
    await world.place(1);
    await world.settled();

    expect(await world.order(1)).toMatchObject({
      status: 'cancelled',
      cancelReason: 'payment_failed: insufficient-funds',
    });
    expect(world.gateway.asked).toEqual(['authorize']);
  });

  it('is done by commands that name their cause, and the caller’s request', async () => {
    world.startNode();
    await world.place(1);
    await world.settled(1_000);

    const events = (await world.eventsOf(1)) as unknown as readonly {
      readonly eventId: string;
      readonly metadata: Readonly<Record<string, string>>;
    }[];
    const [, requested, authorized] = events;
    expect(authorized?.metadata).toMatchObject({
      actor: 'process:payments',
      command: 'RecordAnswer',
      causationId: requested?.eventId,
      correlationId: requested?.metadata['requestId'],
    });
  });
});

describe('a call', () => {
  it.each<[Fate, readonly string[]]>([
    ['failed', ['authorize', 'inquire', 'authorize', 'capture']],
    ['lost', ['authorize', 'inquire', 'authorize', 'capture']],
    ['unheard', ['authorize', 'inquire', 'capture']],
    ['breaks', ['authorize', 'inquire', 'capture']],
    ['silent', ['authorize', 'inquire', 'capture']],
  ])('that goes %s is asked about before it is made again, under the same key', async (fate, asked) => {
    world.gateway.script(fate);
    world.startNode();
    await world.place(1);
    await world.settled(20_000);

    expect(world.gateway.asked).toEqual(asked);
    expect(new Set(world.gateway.calls.map(({ key }) => key)).size).toBe(2);
    expect(await world.order(1)).toMatchObject({ status: 'paid' });
    await expectSameBooks();
  });

  it('is waited for five seconds, and not a moment longer', async () => {
    world.gateway.script('silent');
    world.startNode();
    await world.place(1);
    await world.settled(4_900);
    expect(await typesOf(1)).not.toContain('PaymentAttemptFailed');
    await world.settled(300);

    expect(await typesOf(1)).toContain('PaymentAttemptFailed');
  });

  it('that fails is tried again after 1, 2, 4 and 8 s, is parked, and goes on when a human says so', async () => {
    world.gateway.otherwise(() => 'failed');
    world.startNode();
    await world.place(1);
    await world.settled(14_000);
    expect((await typesOf(1)).filter((type) => type === 'PaymentAttemptFailed')).toHaveLength(4);
    await world.settled(2_000);
    expect(await typesOf(1)).toContain('PaymentParked');
    expect(world.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    world.clock.jump(3_600_000);
    await world.settled(2_000);
    expect(world.gateway.calls).toHaveLength(5);

    world.gateway.otherwise(() => 'well');
    await world.send(1, { type: 'RetryPayment' });
    await world.settled(1_000);

    expect(await world.order(1)).toMatchObject({ status: 'paid' });
    expect(new Set(world.gateway.calls.map(({ key }) => key)).size).toBe(2);
    await expectSameBooks();
  });

  it('is withdrawn where the order is cancelled before the provider has done it: nothing is asked for any more', async () => {
    world.gateway.otherwise(() => 'lost');
    world.startNode();
    await world.place(1);
    await world.settled(300);
    await world.send(1, { type: 'CancelOrder', reason: 'too slow' });
    await world.settled(2_000);

    expect(await world.order(1)).toMatchObject({ status: 'cancelled', cancelReason: 'too slow' });
    expect((await typesOf(1)).slice(-3)).toEqual([
      'OrderCancellationRequested',
      'PaymentDeclined',
      'OrderCancelled',
    ]);
    expect(world.gateway.asked).toEqual(['authorize', 'inquire']);
    await expectSameBooks();
  });

  it('that was done unheard for an order cancelled meanwhile is given back', async () => {
    world.gateway.script('unheard');
    world.startNode();
    await world.place(1);
    await world.settled(300);
    await world.send(1, { type: 'CancelOrder', reason: 'too slow' });
    await world.settled(3_000);

    expect(await world.order(1)).toMatchObject({ status: 'cancelled', payment: { status: 'voided' } });
    expect(world.gateway.asked).toEqual(['authorize', 'inquire', 'void']);
    await expectSameBooks();
  });

  it('that was approved for another amount is parked at once', async () => {
    world.gateway.script('short');
    world.startNode();
    await world.place(1);
    await world.settled();

    expect(await typesOf(1)).toEqual(['OrderPlaced', 'PaymentRequested', 'PaymentParked']);
    expect(world.gateway.asked).toEqual(['authorize']);
  });

  it('for another provider than the one that is set is left alone, and somebody is told', async () => {
    world.startNode({ gateway: (gateway) => ({ ...gateway, name: 'other' }) });
    await world.place(1);
    await world.settled();

    expect(world.gateway.asked).toEqual([]);
    expect(world.logged.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ asked: 'scripted', gateway: 'other' }),
    );
  });
});

describe('a hold', () => {
  it('ends at its time, by itself', async () => {
    world.startNode();
    await world.place(1, false);
    await world.settled(1_000);
    expect(await world.order(1)).toMatchObject({ payment: { status: 'authorized' } });
    world.clock.jump(7 * 86_400_000);
    await world.settled(2_000);

    expect(await typesOf(1)).toContain('AuthorizationExpired');
    expect(world.gateway.asked).toEqual(['authorize']);
    expect(await world.send(1, capture)).toMatchObject({ kind: 'refused' });
  });
});
