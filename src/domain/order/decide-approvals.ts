import type { Money } from '../kernel/money.ts';
import { askCapture, askRefund, askVoid } from './asking.ts';
import type { Call } from './calls.ts';
import { closing } from './closing.ts';
import type { ProviderAnswer } from './commands.ts';
import { completion } from './decide-order.ts';
import { consequences } from './decide-payment.ts';
import type { OrderEvent, Unbooked } from './decision.ts';
import { after } from './payment.ts';
import type { Order } from './state.ts';

type Events = readonly Unbooked<OrderEvent>[];
type Approval = Extract<ProviderAnswer, { readonly kind: 'approved' }>;

interface Answered {
  readonly gateway: string;
  readonly call: number;
  readonly reference?: string;
}

/** What a provider has done, and what follows from it for the order, in the same append. */
export function approved(order: Order, call: Call, answer: Approval): Events {
  const { payment } = order;
  const { amount, gateway } = call;
  const { reference, fee, expiresAt } = answer;
  const provider = { gateway, call: call.call, ...(reference !== undefined && { reference }) };
  switch (call.operation) {
    case 'authorize': {
      const authorization = payment.counts.authorizations + 1;
      const method = { token: call.token ?? '' };
      const held = { ...provider, ...(expiresAt !== undefined && { expiresAt }) };
      return [
        { type: 'PaymentAuthorized', data: { authorization, amount, method, provider: held } },
        ...afterAuthorization(order, call),
      ];
    }
    case 'capture':
      return captured(order, call, provider, fee);
    case 'void': {
      const type = payment.captured.amount === 0 ? 'PaymentVoided' : 'AuthorizationReleased';
      return [{ type, data: { amount, provider } }, ...closing(order, after.released(payment, amount))];
    }
    case 'refund': {
      const settled = after.refundSettled(payment, amount);
      return [
        { type: 'RefundSettled', data: { refund: call.refund ?? 0, amount, provider } },
        ...completion({ ...order, payment: settled }),
        ...closing(order, settled),
      ];
    }
  }
}

function afterAuthorization(order: Order, { amount, captures, gateway }: Call): Events {
  if (order.payment.closed) return [askVoid(order, amount, gateway)];
  const follows = consequences(order, after.authorized(order.payment, amount));
  return captures === true ? [...follows, askCapture(order, amount, gateway, false)] : follows;
}

/** An order that takes no more money gives it back; what is still held then is given back after that. */
function captured(order: Order, { amount, final }: Call, provider: Answered, fee: Money | undefined): Events {
  const { gateway } = provider;
  const capture = order.payment.counts.captures + 1;
  const events: Unbooked<OrderEvent>[] = [
    {
      type: 'PaymentCaptured',
      data: { capture, amount, ...(fee !== undefined && fee.amount > 0 && { fee }), provider },
    },
  ];
  let payment = after.captured(order.payment, amount);
  const rest = payment.open.capture;
  if (final === true && rest.amount > 0) {
    // The provider gives the rest of a hold back by itself once a capture is final.
    events.push({ type: 'AuthorizationReleased', data: { amount: rest, provider: { gateway } } });
    payment = after.released(payment, rest);
  }
  return payment.closed
    ? [...events, askRefund(order, amount, gateway, 'captured after the order was cancelled')]
    : [...events, ...consequences(order, payment)];
}
