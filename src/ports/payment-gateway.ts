import type { Instant } from '../domain/kernel/instant.ts';
import type { Money } from '../domain/kernel/money.ts';

/**
 * A payment provider. Adding one is one file that speaks to it and its line in the registry. Every call carries the
 * ledger's idempotency key: made twice, it has one effect and one answer.
 */
export interface PaymentGateway {
  /** Name in events and in the books: `1100:<name>`. */
  readonly name: string;

  /** Whether it can be asked at all. Where it cannot, callers report what their own provider did. */
  readonly isCallable: boolean;

  /**
   * Asks for one thing. Answers within a few seconds; `unknown` where it cannot be told what the provider did. A key that
   * was used for another call is answered `failed`, `key-reused`. Never rejects for what a provider can do.
   * @throws StoreUnavailable where there is nobody to ask at all, because callers report the facts
   */
  call(call: GatewayCall): Promise<GatewayAnswer>;

  /**
   * What became of the call with this key. `not-found`: the provider has done nothing under it, so the same call may be
   * made again. Never rejects for what a provider can do: `unknown` where it cannot be told now.
   */
  inquire(key: string): Promise<GatewayInquiry>;

  /**
   * Reads a report the provider sent by itself.
   * @param body the bytes as they came
   * @throws InvalidWebhook where it is not the provider's or is too old; UnreadableWebhook where it is, and says nothing
   * the ledger understands
   */
  readWebhook(header: (name: string) => string | undefined, body: Buffer, now: Instant): GatewayReport;

  /**
   * What the provider's own book says it holds for the merchant, by currency, as decimal text of minor units; where it
   * keeps none that can be asked, absent. For verification alone.
   * @param without payments that are left out, because it is not known yet what became of them
   */
  balances?(without?: ReadonlySet<string>): Promise<ReadonlyMap<string, GatewayBalance>>;

  close(): Promise<void>;
}

/** Of one currency, in minor units as decimal text. */
export interface GatewayBalance {
  /** Captured − refunded − disputed (open and lost) − fees: what account `1100:<name>` must show, payouts apart. */
  readonly cleared: string;
  /** Authorized and neither captured, given back nor expired. */
  readonly held: string;
}

/** What a provider is asked to do. */
export type GatewayOperation = 'authorize' | 'capture' | 'void' | 'refund';

export interface GatewayCall {
  readonly operation: GatewayOperation;
  /** The ledger's idempotency key: the same for every attempt at this call. */
  readonly key: string;
  /** The order. */
  readonly paymentId: string;
  readonly amount: Money;
  /** Of an authorization: the provider's token for how the customer pays. */
  readonly token?: string;
  /** Of everything after it: what the provider calls the authorization. */
  readonly reference?: string;
  /** Of a capture: whether the rest of the hold is given back. */
  readonly final?: boolean;
}

export type GatewayAnswer =
  | {
      readonly kind: 'approved';
      readonly reference: string;
      readonly amount: Money;
      readonly fee?: Money;
      readonly expiresAt?: Instant;
    }
  /** A business answer: asking again would change nothing. */
  | { readonly kind: 'declined'; readonly code: string }
  /** Nothing happened for certain; the same call may be made again. */
  | { readonly kind: 'failed'; readonly code: string }
  /** It may have happened or not: inquire before the same call is made again. */
  | { readonly kind: 'unknown'; readonly code: string };

export type GatewayInquiry = GatewayAnswer | { readonly kind: 'not-found' };

/** What a provider reports by itself. Reports are repeated and come in any order. */
export interface GatewayReport {
  /** The provider's id of this report: the same however often it is sent. */
  readonly eventId: string;
  readonly type: GatewayReportType;
  readonly paymentId: string;
  /** The ledger's key of the call it answers; disputes and expiries answer none. */
  readonly key?: string;
  readonly reference?: string;
  readonly amount: Money;
  readonly fee?: Money;
  /** Why a call was declined. */
  readonly code?: string;
  /** Of an approved authorization: when the hold ends by itself. */
  readonly expiresAt?: Instant;
  /** When it happened, by the provider's clock. */
  readonly at: Instant;
}

export type GatewayReportType =
  | 'call.approved'
  | 'call.declined'
  | 'authorization.expired'
  | 'dispute.opened'
  | 'dispute.won'
  | 'dispute.lost';
