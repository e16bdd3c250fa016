import { describe, expect, it } from 'vitest';
import type { CommandOutcome, HandleCommand } from '../../commands/command.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import type { Order } from '../../domain/order/state.ts';
import { digest } from '../../main.ts';
import { LineRefused, planLine, playLine } from './play.ts';

const shipped = {
  externalId: '10100',
  placedAt: '2024-01-06T12:00:00Z',
  customerId: '363',
  currency: 'USD',
  lines: [{ sku: 'S24_3969', label: 'Roadster', kind: 'single', quantity: 2, unitPrice: 3_529 }],
  payments: [
    { type: 'captured', amount: 7_058, at: '2024-01-10T12:00:00Z' },
    { type: 'authorized', amount: 7_058, at: '2024-01-06T12:00:00Z' },
  ],
  fulfilledAt: '2024-01-10T12:00:00Z',
};

function plan(line: object) {
  return planLine(JSON.stringify(line), 'captured', digest);
}

describe('planLine', () => {
  it('puts facts in order of time; at the same time payments come before fulfilment', () => {
    const { commands } = plan(shipped);

    expect(commands.map(({ command, at }) => [command.type, at])).toEqual([
      ['PlaceOrder', '2024-01-06T12:00:00.000Z'],
      ['AuthorizePayment', '2024-01-06T12:00:00.000Z'],
      ['CapturePayment', '2024-01-10T12:00:00.000Z'],
      ['FulfilOrder', '2024-01-10T12:00:00.000Z'],
    ]);
  });

  it('gives the same order and the same commands every time, whatever the configuration', () => {
    const text = JSON.stringify(shipped);
    const idsOf = (paidWhen: 'captured' | 'authorized') => {
      const { orderId, commands } = planLine(text, paidWhen, digest);
      return { orderId, ids: commands.map(({ commandId, fingerprint }) => [commandId, fingerprint]) };
    };

    expect(idsOf('authorized')).toEqual(idsOf('captured'));
  });

  it('gives another fingerprint when what happened is another', () => {
    const other = plan({ ...shipped, note: 'Call first.' });

    expect(other.orderId).toBe(plan(shipped).orderId);
    expect(other.commands[0]?.commandId).toBe(plan(shipped).commands[0]?.commandId);
    expect(other.commands[0]?.fingerprint).not.toBe(plan(shipped).commands[0]?.fingerprint);
  });

  it.each([
    { line: { ...shipped, currency: 'XXX' }, says: '/currency' },
    { line: { ...shipped, colour: 'red' }, says: 'colour' },
    { line: { ...shipped, placedAt: 'yesterday' }, says: '/placedAt' },
    { line: { ...shipped, fulfilledAt: '2024-01-05T12:00:00Z' }, says: 'is before placedAt' },
    { line: { ...shipped, payments: [] }, says: 'FulfilOrder at 2024-01-10T12:00:00.000Z: order-not-paid' },
  ])('refuses a line whole: $says', ({ line, says }) => {
    expect(() => plan(line)).toThrow(says);
  });
});

describe('playLine', () => {
  const done = (replayed: boolean): CommandOutcome => ({
    kind: 'done',
    snapshot: '{}',
    revision: 0,
    position: 1,
    replayed,
  });

  function answering(outcome: CommandOutcome) {
    const asked: Parameters<HandleCommand<OrderCommand, Order>>[0][] = [];
    const handle: HandleCommand<OrderCommand, Order> = async (envelope) => {
      asked.push(envelope);
      return outcome;
    };
    return { asked, handle };
  }

  it('sends every command in its business time, for the importer', async () => {
    const { asked, handle } = answering(done(false));

    let events = 0;
    const count = (recorded: number) => {
      events += recorded;
    };
    expect(await playLine(plan(shipped), handle, 'import-line-1', count)).toBe(true);

    // Capturing in full also makes the order paid, and fulfilling it completes it.
    expect(events).toBe(6);
    expect(asked.map(({ actor, requestId, effectiveAt }) => [actor, requestId, effectiveAt])).toEqual([
      ['ledger-import', 'import-line-1', '2024-01-06T12:00:00.000Z'],
      ['ledger-import', 'import-line-1', '2024-01-06T12:00:00.000Z'],
      ['ledger-import', 'import-line-1', '2024-01-10T12:00:00.000Z'],
      ['ledger-import', 'import-line-1', '2024-01-10T12:00:00.000Z'],
    ]);
  });

  it('says that nothing was new when every command was played before', async () => {
    const recorded: number[] = [];
    const count = (events: number) => recorded.push(events);
    expect(await playLine(plan(shipped), answering(done(true)).handle, 'import-line-1', count)).toBe(false);
    expect(recorded).toEqual([]);
  });

  it('stops at the first command that is refused, and says which and why', async () => {
    const { asked, handle } = answering({
      kind: 'refused',
      code: 'order-already-cancelled',
      detail: 'The order is cancelled.',
      requestId: 'r',
      replayed: false,
    });

    const recorded: number[] = [];
    const count = (events: number) => recorded.push(events);
    await expect(playLine(plan(shipped), handle, 'import-line-1', count)).rejects.toThrow(
      new LineRefused(
        'PlaceOrder at 2024-01-06T12:00:00.000Z: order-already-cancelled. The order is cancelled.',
      ),
    );
    expect(asked).toHaveLength(1);
    // The refusal itself.
    expect(recorded).toEqual([1]);
  });
});
