import type { Currency } from '../kernel/currency.ts';
import type { ActorId, CustomerId, ExternalId, OrderId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { Operation } from './calls.ts';
import type { Line } from './line.ts';
import type { PaidWhen } from './state.ts';

/** An amount as callers write it: minor units of the order's currency, or money that names its currency. */
export type AmountInput = number | Money;

export interface PaymentMethod {
  readonly token: string;
}

/** How an order is paid without a further call: by this provider, with this method. */
interface PaymentOrder {
  readonly gateway: string;
  readonly method: PaymentMethod;
  /** Whether the money is captured as soon as it is authorized. */
  readonly captures: boolean;
}

/** What a provider answered to a call, or reported of it later. */
export type ProviderAnswer =
  | {
      readonly kind: 'approved';
      readonly amount: Money;
      readonly reference?: string;
      readonly fee?: Money;
      readonly expiresAt?: Instant;
    }
  | { readonly kind: 'declined'; readonly code: string }
  /** It failed, or what it did is unknown: to be tried again at `retryAt`. */
  | { readonly kind: 'failed'; readonly code: string; readonly retryAt: Instant };

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
      readonly payment?: PaymentOrder;
    }
  | { readonly type: 'AmendLines'; readonly lines: readonly Line[] }
  | { readonly type: 'CancelOrder'; readonly reason: string }
  | { readonly type: 'FulfilOrder' }
  | { readonly type: 'AddNote'; readonly note: string; readonly addedBy: ActorId }
  | {
      readonly type: 'AuthorizePayment';
      readonly amount?: AmountInput;
      readonly method: PaymentMethod;
      /** The provider to ask; without one the caller reports what its own provider did. */
      readonly gateway?: string;
    }
  | { readonly type: 'CapturePayment'; readonly amount?: AmountInput; readonly final?: boolean }
  | { readonly type: 'VoidPayment' }
  | { readonly type: 'RefundPayment'; readonly amount?: AmountInput; readonly reason: string }
  | { readonly type: 'OpenDispute'; readonly amount?: AmountInput; readonly fee?: Money }
  | { readonly type: 'ResolveDispute'; readonly amount?: AmountInput; readonly outcome: 'won' | 'lost' }
  | {
      readonly type: 'RecordAnswer';
      readonly call: number;
      readonly operation: Operation;
      readonly answer: ProviderAnswer;
    }
  /** @param reported whether the provider says so: then it is so, whatever time was told before. */
  | { readonly type: 'ExpireAuthorization'; readonly now: Instant; readonly reported?: true }
  | { readonly type: 'RetryPayment' };

export type OrderCommandOf<Type extends OrderCommand['type']> = Extract<
  OrderCommand,
  { readonly type: Type }
>;
