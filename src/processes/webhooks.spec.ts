import { describe, expect, it } from 'vitest';
import { createWebhookWorld, reportsOf, type WebhookWorld } from '../../test/support/webhook-world.ts';
import type { InboxEntry } from '../projections/webhook-inbox.ts';

const { approved, declined, opened, closed } = reportsOf();
const hour = 60 * 60 * 1_000;
const auth = { kind: 'approved', amount: { amount: 100, currency: 'EUR' }, reference: 'auth-1' } as const;

async function placed(): Promise<WebhookWorld> {
  const world = createWebhookWorld();
  await world.place();
  return world;
}

async function captured(): Promise<WebhookWorld> {
  const world = await placed();
  await world.answered(1, 1, 'authorize', auth);
  await world.answered(1, 2, 'capture', auth);
  return world;
}

async function onlyEntry(world: WebhookWorld): Promise<InboxEntry> {
  const [entry] = await world.entries();
  if (entry === undefined) throw new Error('nothing came');
  return entry;
}

const statusesIn = async (world: WebhookWorld) =>
  (await world.entries()).map(({ webhook: { status, outcome, reason } }) => [
    status,
    outcome ?? reason ?? '',
  ]);

describe('a report on an order', () => {
  it('answers the call, as the provider’s own answer would, and causes what that causes', async () => {
    const world = await placed();
    expect(await world.report(approved(1, 'authorize'))).toBe('received');
    await world.turn();
    expect(await world.history()).toEqual([
      ...['OrderPlaced', 'PaymentRequested'],
      ...['PaymentAuthorized', 'CaptureRequested'],
    ]);
    await world.report(approved(2, 'capture'));
    await world.turn();
    expect(await world.order()).toMatchObject({ status: 'paid', payment: { captured: { amount: 100 } } });
    expect(await statusesIn(world)).toEqual([
      ['applied', 'changed'],
      ['applied', 'changed'],
    ]);
  });

  it('is caused by its report, and belongs to the request that brought it', async () => {
    const world = await placed();
    await world.report(approved(1, 'authorize'));
    await world.turn();
    const events = await world.events();
    const received = events.find(({ type }) => type === 'WebhookReceived');
    const authorized = events.find(({ type }) => type === 'PaymentAuthorized');
    const applied = events.find(({ type }) => type === 'WebhookApplied');
    expect(authorized?.metadata).toMatchObject({
      causationId: received?.eventId,
      correlationId: 'report-approved-1',
      actor: 'process:webhooks',
    });
    expect(applied?.data).toEqual({ commandId: authorized?.metadata.commandId, outcome: 'changed' });
  });

  it('cancels an order that was to be paid by itself when the payment is declined', async () => {
    const world = await placed();
    await world.report(declined(1, 'authorize'));
    await world.turn();
    expect(await world.order()).toMatchObject({
      status: 'cancelled',
      cancelReason: 'payment_failed: do_not_honor',
    });
  });

  it('gives back money that was approved after the order was cancelled', async () => {
    const world = await placed();
    await world.answered(1, 1, 'authorize', { kind: 'declined', code: 'timeout' });
    await world.report(approved(1, 'authorize'));
    await world.turn();
    expect((await world.history()).slice(-2)).toEqual(['PaymentAuthorized', 'VoidRequested']);
  });

  it('opens and ends disputes, with the fee', async () => {
    const world = await captured();
    await world.report(opened(40));
    await world.turn();
    expect(await world.order()).toMatchObject({ payment: { status: 'disputed', disputed: { amount: 40 } } });
    const dispute = (await world.events()).find(({ type }) => type === 'ChargebackOpened');
    expect(dispute?.data).toMatchObject({ fee: { amount: 15, currency: 'EUR' } });
    await world.report(closed(40, 'lost'));
    await world.turn();
    expect(await world.order()).toMatchObject({ payment: { chargedBack: { amount: 40 } } });
  });
});

describe('the same report again', () => {
  it('a hundred times at once has one effect', async () => {
    const world = await captured();
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.report(opened(40))));
    expect(answers.toSorted()).toEqual([...Array(99).fill('duplicate'), 'received']);
    await world.turn();
    await Promise.all(Array.from({ length: 100 }, () => world.report(opened(40))));
    await world.turn();
    expect(await world.history()).toHaveLength(7);
    expect((await world.order()).payment.counts.chargebacks).toBe(1);
  });

  it('applied by two ledgers that both saw it waiting, or again after a crash, has one effect', async () => {
    const world = await captured();
    await world.report(opened(60));
    const entry = await onlyEntry(world);
    await Promise.all([world.act(entry), world.act(entry)]);
    await world.act(entry);
    expect((await world.order()).payment.disputed.amount).toBe(60);
    expect(await world.history()).toHaveLength(7);
    expect(await statusesIn(world)).toEqual([['applied', 'changed']]);
  });

  it('applied while the report of it was lost in a crash is found in the stream of the order', async () => {
    const world = await captured();
    await world.report(opened(60));
    const entry = await onlyEntry(world);
    world.meanwhile = () => Promise.reject(new Error('crash'));
    await expect(world.act(entry)).rejects.toThrow('crash');
    expect((await world.order()).payment.disputed.amount).toBe(0);
    world.meanwhile = async () => {};
    await world.act(entry);
    // More than is left: it would be refused by now, and was done.
    expect((await world.order()).payment.open.refund.amount).toBe(40);
    expect(await world.act(entry)).toMatchObject({ kind: 'done', byAnother: true });
    expect(await statusesIn(world)).toEqual([['applied', 'changed']]);
  });

  it('with another content changes nothing: what was recorded first stays', async () => {
    const world = await captured();
    await world.report(opened(40));
    expect(await world.report(opened(50))).toBe('duplicate');
    await world.turn();
    expect((await world.order()).payment.disputed.amount).toBe(40);
  });
});

describe('a report beside the answer that the ledger heard itself', () => {
  it.each(['before', 'after'])('that comes %s it has one effect', async (when) => {
    const world = await placed();
    const report = async () => {
      await world.report(approved(1, 'authorize'));
      await world.turn();
    };
    if (when === 'before') await report();
    await world.answered(1, 1, 'authorize', auth);
    if (when === 'after') await report();
    const history = await world.history();
    expect(history.filter((type) => type === 'PaymentAuthorized')).toHaveLength(1);
    expect(history).toHaveLength(4);
    expect(await statusesIn(world)).toEqual([['applied', when === 'before' ? 'changed' : 'known']]);
  });

  it('that comes at the same moment has one effect', async () => {
    const world = await placed();
    await world.report(approved(1, 'authorize'));
    world.meanwhile = () => world.answered(1, 1, 'authorize', auth);
    await world.turn();
    expect(await world.history()).toHaveLength(4);
    expect(await statusesIn(world)).toMatchObject([['applied', expect.anything()]]);
  });
});

describe('an early report', () => {
  it('waits until its order knows what it is about, and leaves no trace there', async () => {
    const world = await placed();
    await world.report(closed(40, 'won'));
    await world.report(opened(40));
    await world.report(approved(2, 'capture'));
    expect(await world.turn()).toEqual(Array(3).fill({ kind: 'later', afterMs: 1_000 }));
    expect(await world.history()).toHaveLength(2);
    await world.report(approved(1, 'authorize'));
    for (let turn = 1; turn <= 4; turn++) await world.turn();
    expect((await world.order()).payment).toMatchObject({ status: 'dispute_won', disputed: { amount: 0 } });
    expect((await statusesIn(world)).map(([status]) => status)).toEqual(Array(4).fill('applied'));
    expect(await world.history()).not.toContain('CommandRefused');
  });

  it('is looked at after as long as it has waited, five minutes at most, whoever looks', async () => {
    const world = await placed();
    await world.report(opened(40));
    const delays: number[] = [];
    for (let turn = 1; turn <= 12; turn++) {
      const [acted] = await world.turn();
      const afterMs = acted?.kind === 'later' ? acted.afterMs : 0;
      delays.push(afterMs / 1_000);
      world.pass(afterMs);
    }
    expect(delays).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('goes into quarantine after a day, with the reason', async () => {
    const world = await placed();
    await world.report(opened(40));
    world.pass(24 * hour - 1);
    expect(await world.turn()).toMatchObject([{ kind: 'later' }]);
    world.pass(1);
    expect(await world.turn()).toMatchObject([{ kind: 'done' }]);
    expect(await statusesIn(world)).toEqual([['quarantined', 'chargeback-exceeds-captured']]);
    expect(await world.turn()).toEqual([]);
  });

  it('has another day once it is released, and is applied if it can be', async () => {
    const world = await placed();
    await world.report(opened(40));
    world.pass(24 * hour);
    await world.turn();
    const { id } = await onlyEntry(world);
    await world.release(id);
    expect(await world.turn()).toMatchObject([{ kind: 'later', afterMs: 1_000 }]);
    world.pass(24 * hour);
    await world.turn();
    expect(await statusesIn(world)).toEqual([['quarantined', 'chargeback-exceeds-captured']]);
    await world.answered(1, 1, 'authorize', auth);
    await world.answered(1, 2, 'capture', auth);
    await world.release(id);
    await world.turn();
    expect(await statusesIn(world)).toEqual([['applied', 'changed']]);
  });

  it('that its order refuses again and again just when it is sent is given up after eight refusals', async () => {
    const world = await captured();
    await world.report(opened(100));
    const entry = await onlyEntry(world);
    world.meanwhile = () => world.send(1, { type: 'OpenDispute', amount: 1 });
    for (let turn = 1; turn <= 8; turn++) {
      expect(await world.act(entry)).toMatchObject({ kind: 'later' });
      await world.send(1, { type: 'ResolveDispute', amount: 1, outcome: 'won' });
    }
    await world.act(entry);
    expect(await statusesIn(world)).toEqual([['quarantined', 'refused-too-often']]);
    expect((await world.history()).filter((type) => type === 'CommandRefused')).toHaveLength(8);
  });
});

it('goes into quarantine at once where no time can help: its order is not there', async () => {
  const world = createWebhookWorld();
  expect(await world.report(approved(1, 'authorize'))).toBe('received');
  await world.turn();
  expect(await statusesIn(world)).toEqual([['quarantined', 'order-not-found']]);
  expect((await world.events()).map(({ type }) => type)).toEqual(['WebhookReceived', 'WebhookQuarantined']);
});
