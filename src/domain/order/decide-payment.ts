import { add, formatMoney, type Money, moneyOf, subtract } from '../kernel/money.ts';
import { askCapture, askRefund, askVoid, awaitsAnswer, gatewayOf, intentOf } from './asking.ts';
import type { AmountInput, OrderCommandOf } from './commands.ts';
import { completion } from './decide-order.ts';
import type { OrderDecision, OrderEvent, Unbooked } from './decision.ts';
import { historyIsFull, isCancelled, isCancelling } from './guards.ts';
import { after, type Payment } from './payment.ts';
import { decide } from './rejections.ts';
import type { Order } from './state.ts';

export function authorizePayment(command: OrderCommandOf<'AuthorizePayment'>, order: Order): OrderDecision {
  const { open, counts } = order.payment;
  const { gateway, method } = command;
  const amount = amountOf(command.amount, open.authorize);
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-cancelling': isCancelling(order),
      'payment-call-open': awaitsAnswer(order),
      'order-already-paid': order.status !== 'pending' && `It was paid at ${order.paidAt}.`,
      'currency-mismatch': isForeign(amount, order),
      'nothing-to-authorize':
        amount.amount === 0 &&
        (command.amount === undefined
          ? 'The whole total is authorized or captured, or no more can be counted.'
          : zeroMovesNothing),
      'authorization-exceeds-open': exceeds(amount, open.authorize, 'is left to authorize'),
      'provider-takes-whole': isApart(gateway, amount, order),
      'order-history-full': historyIsFull(order, 'optional'),
    },
    () => {
      if (gateway !== undefined) {
        const intent = intentOf(order, 'authorize', amount, gateway);
        return [{ type: 'PaymentRequested', data: { ...intent, method, captures: false, cancels: false } }];
      }
      return [
        {
          type: 'PaymentAuthorized',
          data: { authorization: counts.authorizations + 1, amount, method },
        },
        ...consequences(order, after.authorized(order.payment, amount)),
      ];
    },
  );
}

/**
 * One authorization of a provider holds all of an order's money, so that one reference stands for all of it; what is
 * left over of one cannot be had from another.
 */
function isApart(gateway: string | undefined, amount: Money, { total, payment }: Order): string | false {
  if (gateway !== undefined) {
    return (
      amount.amount < total.amount && `The order costs ${formatMoney(total)}; ask for that, or for no amount.`
    );
  }
  const holder = gatewayOf(payment);
  return (
    holder !== undefined && `The money of this order is with ${holder}; another provider cannot add to it.`
  );
}

export function capturePayment(command: OrderCommandOf<'CapturePayment'>, order: Order): OrderDecision {
  const { authorized, voided, open, counts } = order.payment;
  const amount = amountOf(command.amount, open.capture);
  const rest = open.capture.amount - amount.amount;
  const releases = command.final === true && rest > 0;
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-cancelling': isCancelling(order),
      'payment-call-open': awaitsAnswer(order),
      'currency-mismatch': isForeign(amount, order),
      'payment-not-authorized': authorized.amount === voided.amount && 'Authorize the payment first.',
      'capture-exceeds-authorized':
        open.capture.amount === 0
          ? 'All that was authorized is captured or voided.'
          : exceeds(amount, open.capture, 'is authorized and not captured'),
      'hold-covers-paid-order': releases && isPaidWithHold(order),
      'order-history-full': historyIsFull(order),
    },
    () => {
      const gateway = gatewayOf(order.payment);
      if (gateway !== undefined) return [askCapture(order, amount, gateway, command.final === true)];
      const payment = after.captured(order.payment, amount);
      const capture: Unbooked<OrderEvent> = {
        type: 'PaymentCaptured',
        data: { capture: counts.captures + 1, amount },
      };
      if (!releases) return [capture, ...consequences(order, payment)];
      const remainder = moneyOf(rest, order.currency);
      return [
        capture,
        { type: 'AuthorizationReleased', data: { amount: remainder } },
        ...consequences(order, after.released(payment, remainder)),
      ];
    },
  );
}

export function voidPayment(_command: OrderCommandOf<'VoidPayment'>, order: Order): OrderDecision {
  const { captured, open } = order.payment;
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-cancelling': isCancelling(order),
      'payment-call-open': awaitsAnswer(order),
      'payment-not-authorized': open.capture.amount === 0 && 'No money is held.',
      'hold-covers-paid-order': isPaidWithHold(order),
      'order-history-full': historyIsFull(order),
    },
    (): readonly Unbooked<OrderEvent>[] => {
      const gateway = gatewayOf(order.payment);
      if (gateway !== undefined) return [askVoid(order, open.capture, gateway)];
      return [
        {
          type: captured.amount === 0 ? 'PaymentVoided' : 'AuthorizationReleased',
          data: { amount: open.capture },
        },
      ];
    },
  );
}

/** Where the provider is external the caller reports a refund it has made, so it settles at once. */
export function refundPayment(command: OrderCommandOf<'RefundPayment'>, order: Order): OrderDecision {
  const { open, counts } = order.payment;
  const amount = amountOf(command.amount, open.refund);
  const refund = counts.refunds + 1;
  return decide(
    {
      'payment-call-open': awaitsAnswer(order),
      'currency-mismatch': isForeign(amount, order),
      'nothing-to-refund':
        open.refund.amount === 0 && 'Nothing is captured that has not been returned or disputed.',
      'refund-exceeds-refundable': exceeds(amount, open.refund, 'can be refunded'),
      'order-history-full': historyIsFull(order),
    },
    () => {
      const gateway = gatewayOf(order.payment);
      if (gateway !== undefined) return [askRefund(order, amount, gateway, command.reason)];
      return [
        { type: 'RefundRequested', data: { refund, amount, reason: command.reason } },
        { type: 'RefundSettled', data: { refund, amount } },
      ];
    },
  );
}

export function openDispute(command: OrderCommandOf<'OpenDispute'>, order: Order): OrderDecision {
  const { open, counts } = order.payment;
  const amount = amountOf(command.amount, open.refund);
  return decide(
    {
      'currency-mismatch': isForeign(amount, order),
      'chargeback-exceeds-captured':
        open.refund.amount === 0
          ? 'Nothing is captured that has not been returned or disputed.'
          : exceeds(amount, open.refund, 'is captured and not returned'),
      'order-history-full': historyIsFull(order),
    },
    () => [
      {
        type: 'ChargebackOpened',
        data: {
          chargeback: counts.chargebacks + 1,
          amount,
          ...(command.fee !== undefined && { fee: command.fee }),
        },
      },
    ],
  );
}

export function resolveDispute(command: OrderCommandOf<'ResolveDispute'>, order: Order): OrderDecision {
  const { disputed } = order.payment;
  const amount = amountOf(command.amount, disputed);

  return decide(
    {
      'currency-mismatch': isForeign(amount, order),
      'no-open-chargeback': disputed.amount === 0 && 'Nothing is under dispute.',
      'chargeback-exceeds-open': exceeds(amount, disputed, 'is under dispute'),
      'order-history-full': historyIsFull(order),
    },
    () => [{ type: command.outcome === 'won' ? 'ChargebackWon' : 'ChargebackLost', data: { amount } }],
  );
}

/** What follows for the order from its payment being in this state, in the same append. */
export function consequences(order: Order, payment: Payment): readonly Unbooked<OrderEvent>[] {
  const paid = order.status === 'pending' && isCovered(order, payment);
  return [
    ...(paid ? [{ type: 'OrderPaid', data: { total: order.total } } as const] : []),
    ...completion({ ...order, payment }),
  ];
}

function isCovered({ paidWhen, total }: Order, { captured, open }: Payment): boolean {
  const covered = paidWhen === 'captured' ? captured : add(captured, open.capture);
  return covered.amount === total.amount;
}

/** A paid order stays covered: where a hold is what covers it, only cancelling the order gives the hold back. */
function isPaidWithHold({ status, total, payment }: Order): string | false {
  if (status === 'pending' || payment.captured.amount === total.amount) return false;
  const held = formatMoney(subtract(total, payment.captured));
  return `${held} of the paid total is only held; capture it, or cancel the order to give it back.`;
}

function amountOf(input: AmountInput | undefined, whole: Money): Money {
  if (input === undefined) return whole;
  return typeof input === 'number' ? moneyOf(input, whole.currency) : input;
}

function isForeign(amount: Money, order: Order): string | false {
  return (
    amount.currency !== order.currency && `The order is in ${order.currency}, not in ${amount.currency}.`
  );
}

const zeroMovesNothing = 'An amount of zero moves nothing.';

function exceeds(amount: Money, max: Money, what: string): string | false {
  if (amount.amount === 0) return zeroMovesNothing;
  return amount.amount > max.amount && `${formatMoney(amount)} asked for; ${formatMoney(max)} ${what}.`;
}
