import { externalId, sku } from '../../src/domain/kernel/ids.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import { eur, ids, type OrderEventOf, was, whole } from './order-builders.ts';
import { expiresAt, gateway, placedPaying, provider } from './order-calls.ts';

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

const asked = placedPaying();
const reference = { reference: 'ch_3P/№ 1' } as const;
const heldThere = [...asked, provider.heldUntil(expiresAt)];
const capturing = [...heldThere, provider.captureAsked(2)];
const paidThere = [...capturing, provider.captured(2), was.paid()];
const refunding = [...paidThere, provider.refundAsked(3, 30)];
const voiding = [...heldThere, provider.voidAsked(2)];

/** The event as a provider that says all it can would have it. */
function detailed<Type extends OrderEvent['type']>(
  event: OrderEvent & { readonly type: Type },
  data: Partial<OrderEventOf<Type>['data']>,
): OrderEvent {
  return { ...event, data: { ...event.data, ...data } } as OrderEvent;
}

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
  PaymentAuthorized: heldThere,
  PaymentCaptured: [
    ...capturing,
    detailed(provider.captured(2), { fee: eur(3), provider: { gateway, call: 2, ...reference } }),
  ],
  AuthorizationReleased: [
    ...heldThere,
    provider.captureAsked(2, 60, true),
    provider.captured(2, 60),
    provider.leftOver(40),
  ],
  PaymentVoided: [...voiding, detailed(provider.voided(2), { provider: { gateway, call: 2, ...reference } })],
  AuthorizationExpired: [...heldThere, provider.expired()],
  RefundRequested: refunding,
  RefundSettled: [
    ...refunding,
    detailed(provider.refunded(3, 30), { provider: { gateway, call: 3, ...reference } }),
  ],
  RefundFailed: [...refunding, provider.credited(3, 30)],
  ChargebackOpened: [...paid, detailed(was.disputed(30), { fee: eur(15) })],
  ChargebackWon: [...paid, was.disputed(30), was.won(20)],
  ChargebackLost: [...paid, was.disputed(30), was.lost(20)],
  OrderCancellationRequested: [...asked, provider.cancelling()],
  PaymentRequested: asked,
  CaptureRequested: capturing,
  VoidRequested: voiding,
  PaymentDeclined: [...asked, provider.declined()],
  CaptureFailed: [...capturing, provider.captureFailed(2)],
  VoidFailed: [...voiding, provider.voidFailed(2)],
  PaymentAttemptFailed: [...asked, provider.failed('authorize', 1, 1)],
  PaymentParked: [...asked, provider.failed('authorize', 1, 5), provider.parked('authorize', 1)],
  PaymentRetried: [...asked, provider.parked('authorize', 1), provider.retried('authorize', 1)],
};
