import { externalId, sku } from '../../src/domain/kernel/ids.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import { eur, ids, type OrderEventOf, was, whole } from './order-builders.ts';

/** An order with everything that can be said about it. */
const placed: OrderEventOf<'OrderPlaced'> = {
  type: 'OrderPlaced',
  data: {
    orderId: ids.order,
    customerId: ids.customer,
    externalId: externalId.parse('shop/№ 17'),
    currency: 'EUR',
    lines: [
      { sku: sku.parse('tea'), label: 'Green tea, 50 g', kind: 'single', quantity: 3, unitPrice: 20 },
      {
        sku: sku.parse('box.monthly'),
        label: 'A box a month — “surprise”',
        kind: 'recurring',
        quantity: 1,
        unitPrice: 40,
        frequency: 'monthly',
        priority: 'high',
        meta: { gift: true, wrap: { paper: null, ribbons: [1, 2.5, 'red'] } },
      },
    ],
    total: eur(whole),
    priority: 'high',
    paidWhen: 'captured',
    note: 'Ring twice.\nThank you – 謝謝',
    sourceStatus: 'In Process',
  },
};

const held = [placed, was.authorized(whole)];
const paid = [...held, was.captured(whole), was.paid()];

/**
 * For every event a history that can lead to it and ends with it: what its golden file is made of. An event without
 * one does not compile.
 */
export const specimens: { readonly [Type in OrderEvent['type']]: readonly OrderEvent[] } = {
  OrderPlaced: [placed],
  OrderLinesAmended: [placed, was.amended(250)],
  OrderNoteAdded: [placed, was.noted],
  OrderPaid: paid,
  OrderFulfilled: [...paid, was.fulfilled],
  OrderCompleted: [...paid, was.fulfilled, was.completed()],
  OrderCancelled: [...held, was.voided(whole), was.cancelled()],
  CommandRefused: [placed, was.refused],
  PaymentAuthorized: held,
  PaymentCaptured: [...held, was.captured(60)],
  AuthorizationReleased: [...held, was.captured(60), was.released(40)],
  PaymentVoided: [...held, was.voided(whole)],
  RefundRequested: [...paid, was.refunded(30)[0]],
  RefundSettled: [...paid, ...was.refunded(30)],
  ChargebackOpened: [...paid, was.disputed(30)],
  ChargebackWon: [...paid, was.disputed(30), was.won(20)],
  ChargebackLost: [...paid, was.disputed(30), was.lost(20)],
};
