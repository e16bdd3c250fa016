import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWebhookWorld, reportsOf, type WebhookWorld } from '../../test/support/webhook-world.ts';
import type { Order } from '../domain/order/state.ts';
import type { GatewayReport } from '../ports/payment-gateway.ts';

const { approved, expired, opened, closed } = reportsOf();

const authorizing = { type: 'AuthorizePayment', method: { token: 'tok' }, gateway: 'simulated' } as const;

/** Reports in the order in which it happened, and how the order begins that they are about. */
const stories: Readonly<
  Record<
    string,
    { readonly begin: (world: WebhookWorld) => Promise<unknown>; readonly reports: readonly GatewayReport[] }
  >
> = {
  'a payment that is disputed twice': {
    begin: (world) => world.place(),
    reports: [
      ...[approved(1, 'authorize'), approved(2, 'capture')],
      ...[opened(40, 'a'), closed(40, 'won', 'a'), opened(30, 'b'), closed(30, 'lost', 'b')],
    ],
  },
  'a hold that expires': {
    begin: (world) => world.placeUnpaid().then(() => world.send(1, authorizing)),
    reports: [approved(1, 'authorize'), expired()],
  },
};

async function play(
  { begin, reports }: (typeof stories)[string],
  steps: readonly (number | 'turn')[],
): Promise<WebhookWorld> {
  const world = createWebhookWorld();
  await begin(world);
  for (const step of steps) {
    if (step === 'turn') await world.turn();
    else await world.report(reports[step] as GatewayReport);
  }
  for (let turn = 0; (await world.turn()).length > 0 && turn < 20; turn++) world.pass(1_000);
  return world;
}

/** Everything but when it happened. */
function meaningOf({ updatedAt: _, paidAt: __, cancelledAt: ___, revision: ____, ...order }: Order): object {
  return order;
}

async function factsOf(world: WebhookWorld): Promise<readonly string[]> {
  return (await world.history()).filter((type) => type !== 'CommandRefused').toSorted();
}

describe.each(Object.entries(stories))(
  'any order of the reports of %s, each as often as it likes',
  (_name, story) => {
    const indexes = [...story.reports.keys()];
    const delivered = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...indexes) },
        { weight: 1, arbitrary: fc.constant('turn' as const) },
      ),
      { maxLength: 30 },
    );
    const once = fc.shuffledSubarray(indexes, { minLength: indexes.length });

    it('leads to the state that their own order leads to', async () => {
      const inOrder = await play(
        story,
        indexes.flatMap((index) => [index, 'turn' as const]),
      );
      const state = meaningOf(await inOrder.order());
      const facts = await factsOf(inOrder);
      expect(facts.length).toBeGreaterThan(3);
      await fc.assert(
        fc.asyncProperty(delivered, once, async (some, rest) => {
          const world = await play(story, [...some, ...rest]);
          expect((await world.entries()).map(({ webhook }) => webhook.status)).toEqual(
            indexes.map(() => 'applied'),
          );
          expect(meaningOf(await world.order())).toEqual(state);
          expect(await factsOf(world)).toEqual(facts);
        }),
        { numRuns: 200 },
      );
    });
  },
);
