import { readConfig } from '../../../src/config.ts';
import { type Currency, currency as currencyCode } from '../../../src/domain/kernel/currency.ts';
import { customerId, externalId, type OrderId, orderId, sku } from '../../../src/domain/kernel/ids.ts';
import { instantInput } from '../../../src/domain/kernel/instant.ts';
import { moneyOf } from '../../../src/domain/kernel/money.ts';
import type { OrderCommand } from '../../../src/domain/order/commands.ts';
import { type Ledger, openLedger, openOrderCommands } from '../../../src/main.ts';
import { environmentOf } from '../../support/process.ts';

/** A ledger without a service: orders are written through the command pipeline, at the time they took effect. */
export interface SettlementLedger {
  /** Id of the order with this number. */
  readonly idOf: (number: number) => OrderId;
  /** An order paid through the provider the ledger asks: captured under this reference, for this fee. */
  paid(number: number, amount: number, paid: { reference: string; fee?: number; day: string }): Promise<void>;
  /** An order whose provider reports to the caller. */
  paidElsewhere(number: number, amount: number, day: string): Promise<void>;
  send(number: number, day: string, command: OrderCommand): Promise<void>;
  /** Debits less credits of an account by currency, in minor units, from every entry in the log; none where they are equal. */
  balanceOf(account: string): Promise<Partial<Record<Currency, number>>>;
  head(): Promise<number>;
  close(): Promise<void>;
}

/** The provider that is asked. */
export const gateway = 'stripe';

/** Opens the ledger of a data directory, beside whatever else has it open. The caller closes it. */
export async function settlementLedger(dataDir: string): Promise<SettlementLedger> {
  const ledger = await openLedger(readConfig(environmentOf(dataDir)), { append: true, documents: 'none' });
  const handle = openOrderCommands(ledger, { count: () => {} });
  const idOf = (number: number) =>
    orderId.parse(`00000000-0000-5000-8000-${String(number).padStart(12, '0')}`);
  const send = async (number: number, day: string, command: OrderCommand) => {
    const outcome = await handle({
      commandId: ledger.ids.uuid(),
      fingerprint: '',
      aggregateId: idOf(number),
      command,
      actor: 'builder',
      requestId: 'builder',
      effectiveAt: instantInput.parse(`${day}T10:00:00Z`),
    });
    if (outcome.kind !== 'done') throw new Error(`${command.type}: ${JSON.stringify(outcome)}`);
  };
  const place = (number: number, amount: number): Extract<OrderCommand, { readonly type: 'PlaceOrder' }> => ({
    type: 'PlaceOrder',
    orderId: idOf(number),
    customerId: customerId.parse('customer-1'),
    externalId: externalId.parse(`shop-${number}`),
    currency: 'EUR',
    lines: [{ sku: sku.parse('tea'), label: 'Tea', kind: 'single', quantity: 1, unitPrice: amount }],
    paidWhen: 'captured',
  });
  return {
    idOf,
    send,
    paid: async (number, amount, { reference, fee, day }) => {
      const eur = moneyOf(amount, 'EUR');
      const payment = { gateway, method: { token: 'tok_visa' }, captures: true };
      const approved = { kind: 'approved', amount: eur } as const;
      await send(number, day, { ...place(number, amount), payment });
      await send(number, day, { type: 'RecordAnswer', operation: 'authorize', call: 1, answer: approved });
      const captured = { ...approved, reference, ...(fee !== undefined && { fee: moneyOf(fee, 'EUR') }) };
      await send(number, day, { type: 'RecordAnswer', operation: 'capture', call: 2, answer: captured });
    },
    paidElsewhere: async (number, amount, day) => {
      await send(number, day, place(number, amount));
      await send(number, day, { type: 'AuthorizePayment', method: { token: 'tok_visa' } });
      await send(number, day, { type: 'CapturePayment' });
    },
    balanceOf: (account) => balanceOf(ledger, account),
    head: () => ledger.store.head(),
    close: () => ledger.close(),
  };
}

async function balanceOf({ store, codec }: Ledger, account: string) {
  const balance: Partial<Record<Currency, number>> = {};
  for (const { data } of await codec.decode(await store.readAll({ after: 0, countMax: 10_000 }))) {
    const { postings = [] } = data as {
      readonly postings?: readonly { debit: string; credit: string; amount: number; currency: string }[];
    };
    for (const { debit, credit, amount, currency } of postings) {
      const by = amount * (Number(debit === account) - Number(credit === account));
      const code = currencyCode.parse(currency);
      if (by !== 0) balance[code] = (balance[code] ?? 0) + by;
    }
  }
  return Object.fromEntries(Object.entries(balance).filter(([, sum]) => sum !== 0));
}
