import type { Currency } from '../kernel/currency.ts';
import type { ActorId, CustomerId, ExternalId, OrderId } from '../kernel/ids.ts';
import type { Money } from '../kernel/money.ts';
import type { Line } from './line.ts';
import type { PaidWhen } from './state.ts';

/** An amount as callers write it: minor units of the order's currency, or money that names its currency. */
export type AmountInput = number | Money;

export interface PaymentMethod {
  readonly token: string;
}

/** Everything that can be asked of an order. Times, ids and actors arrive with the command; deciders look nothing up. */
export type OrderCommand =
  | {
      readonly type: 'PlaceOrder';
      readonly orderId: OrderId;
      readonly customerId: CustomerId;
      readonly externalId?: ExternalId;
      readonly currency: Currency;
      readonly lines: readonly Line[];
      readonly paidWhen: PaidWhen;
      readonly note?: string;
      readonly sourceStatus?: string;
    }
  | { readonly type: 'AmendLines'; readonly lines: readonly Line[] }
  | { readonly type: 'CancelOrder'; readonly reason: string }
  | { readonly type: 'FulfilOrder' }
  | { readonly type: 'AddNote'; readonly note: string; readonly addedBy: ActorId }
  | { readonly type: 'AuthorizePayment'; readonly amount?: AmountInput; readonly method: PaymentMethod }
  | { readonly type: 'CapturePayment'; readonly amount?: AmountInput; readonly final?: boolean }
  | { readonly type: 'VoidPayment' }
  | { readonly type: 'RefundPayment'; readonly amount?: AmountInput; readonly reason: string }
  | { readonly type: 'OpenDispute'; readonly amount?: AmountInput }
  | { readonly type: 'ResolveDispute'; readonly amount?: AmountInput; readonly outcome: 'won' | 'lost' };

export type OrderCommandOf<Type extends OrderCommand['type']> = Extract<
  OrderCommand,
  { readonly type: Type }
>;
