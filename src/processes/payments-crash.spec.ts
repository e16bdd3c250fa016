import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPaymentWorld, type NodeSeams, type PaymentWorld } from '../../test/support/payment-world.ts';
import { cancel } from '../../test/support/projection-history.ts';
import type { Fate } from '../../test/support/scripted-gateway.ts';
import type { DomainEvent } from '../ports/event-codec.ts';

let world: PaymentWorld;

beforeEach(async () => {
  world = await createPaymentWorld();
});

afterEach(async () => {
  await world.stop();
});

const never = () => new Promise<never>(() => {});

/**
 * A process that dies when it passes a point between its ports for the `last` time: from then on nothing it asked for
 * comes back, and it asks for nothing more.
 */
function mortal(last: number): { readonly seams: NodeSeams; readonly passed: () => number } {
  let passed = 0;
  const alive = async <Value>(value: Value): Promise<Value> => {
    passed += 1;
    return passed >= last ? never() : value;
  };
  return {
    passed: () => passed,
    seams: {
      gateway: (gateway) => ({
        ...gateway,
        // Before it, and after its effect, before its answer is known.
        call: async (call) => alive(await gateway.call(await alive(call))),
        inquire: async (key) => alive(await gateway.inquire(await alive(key))),
      }),
      // The answer is known and not recorded; it is recorded, and the process does not know it.
      orders: (bus) => ({ send: async (sent) => alive(await bus.send(await alive(sent))) }),
    },
  };
}

const fates: readonly Fate[] = ['well', 'lost', 'unheard', 'failed', 'well', 'declined', 'unheard', 'well'];
const orders = [1, 2, 3, 4, 5, 6];

/** Every call goes as its order and try say, the same in every run. */
function decideFates(): void {
  world.gateway.otherwise(({ paymentId, operation }, tries) => {
    const number = Number(paymentId.slice(-12));
    if (tries > 2) return 'well';
    const fate = fates[(number * 3 + tries * 5 + operation.length) % fates.length] ?? 'well';
    return fate === 'declined' && operation !== 'authorize' ? 'well' : fate;
  });
}

async function script(): Promise<void> {
  for (const number of orders) {
    await world.place(number);
    await world.settled(10);
  }
  await world.send(2, cancel);
  await world.settled(12_000);
}

async function expectAllWell(): Promise<void> {
  for (const number of orders) {
    const order = await world.order(number);
    expect(['paid', 'cancelled'], `order ${number}`).toContain(order.status);
    const once = (await world.eventsOf(number)).filter(({ type }) => type === 'PaymentCaptured');
    expect(once.length, `captures of order ${number}`).toBeLessThanOrEqual(1);
  }
  expect((await world.gateway.balances()).get('EUR')).toEqual(await world.expectedBalance());
}

describe('a process that dies', () => {
  it('at any point between any two steps doubles nothing and leaves nothing undone', async () => {
    decideFates();
    const whole = mortal(Number.POSITIVE_INFINITY);
    world.startNode(whole.seams);
    await script();
    await expectAllWell();
    const points = whole.passed();
    expect(points).toBeGreaterThan(50);

    for (let last = 1; last <= points; last++) {
      await world.stop();
      world = await createPaymentWorld();
      decideFates();
      world.startNode(mortal(last).seams);
      await script();
      world.startNode();
      await world.settled(15_000);
      await expectAllWell();
    }
  });

  it('again and again doubles nothing either', async () => {
    decideFates();
    for (const number of orders) await world.place(number);
    for (let life = 1; life <= 40; life++) {
      world.startNode(mortal(life % 7).seams);
      await world.settled(300);
    }
    world.startNode();
    await world.settled(20_000);

    await expectAllWell();
  });
});

describe('two processes', () => {
  it('on the same list do everything once', async () => {
    decideFates();
    world.startNode();
    world.startNode();
    await script();
    await world.settled(20_000);

    await expectAllWell();
    for (const number of orders) {
      const answers = (await world.eventsOf(number)) as unknown as readonly DomainEvent[];
      const causes = answers
        .filter(({ type }) => type === 'PaymentAttemptFailed')
        .map(({ metadata }) => metadata.causationId);
      expect(new Set(causes).size, 'one failure for one try').toBe(causes.length);
    }
  });

  it('leave most of the work to whoever is faster', async () => {
    world.startNode();
    world.startNode();
    for (let number = 1; number <= 60; number++) await world.place(number);
    await world.settled(3_000);

    const calls = world.gateway.calls.length;
    expect(world.gateway.effects.size).toBe(120);
    expect(calls, 'calls that were made twice').toBeLessThan(240);
    await world.place(100);
    await world.settled(2_000);
    expect(world.gateway.calls.length - calls).toBeLessThanOrEqual(4);
  });
});

describe('a ledger whose log is away', () => {
  it('records the answer when it is back, and the provider has done it once', async () => {
    await world.place(1);
    world.store.failNext('unknown-lost', 'unavailable', 'unknown-applied', 'unknown-late');
    world.startNode();
    await world.settled(10_000);
    await world.store.deliverLate();
    await world.settled(10_000);

    expect(await world.order(1)).toMatchObject({ status: 'paid' });
    expect(world.gateway.effects.size).toBe(2);
    expect((await world.gateway.balances()).get('EUR')).toEqual(await world.expectedBalance());
  });
});
