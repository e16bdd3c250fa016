import { orderAggregate } from '../domain/order/aggregate.ts';
import { parseGatewayKey } from '../domain/order/calls.ts';
import type { OrderCommand, ProviderAnswer } from '../domain/order/commands.ts';
import { openCallOf } from '../domain/order/payment.ts';
import type { OrderRejection } from '../domain/order/rejections.ts';
import type { Order } from '../domain/order/state.ts';
import type { Report } from '../domain/webhook/report.ts';

/** What is to become of a report, as its order stands. */
export type Verdict =
  | { readonly kind: 'apply'; readonly command: OrderCommand }
  /** The order knows it already, or it says nothing of what is held now. */
  | { readonly kind: 'known' }
  /** It may be early: what it is about may not be recorded yet. */
  | ({ readonly kind: 'wait' } & Why)
  /** Time will not help: a human has to look. */
  | ({ readonly kind: 'quarantine' } & Why);

/** A code, and the same for people. */
export interface Why {
  readonly reason: string;
  readonly detail: string;
}

/** Refusals that no event to come can lift. Any other may be lifted by a report or an answer that is still on its way. */
const lasting: ReadonlySet<string> = new Set([
  'order-not-found',
  'currency-mismatch',
  'order-history-full',
] satisfies OrderRejection[]);

/** Decides on a report without changing anything: the order is only asked for what it would say. */
export function verdictOn(report: Report, order: Order | undefined): Verdict {
  const command = meaningOf(report);
  if (typeof command === 'string') return quarantine('not-understood', command);
  if (order === undefined)
    return quarantine('order-not-found', 'Nothing was ever placed under its payment id.');
  const { payment } = order;
  if (payment.provider?.gateway !== report.gateway) {
    const holder = payment.provider === undefined ? 'no provider of the ledger’s' : payment.provider.gateway;
    return quarantine('other-gateway', `The order’s money is with ${holder}.`);
  }
  const decision = orderAggregate.decide(command, order);
  if (!decision.ok) {
    const { code, detail } = decision;
    return lasting.has(code) ? quarantine(code, detail) : wait(code, detail);
  }
  const doubt = report.type === 'authorization.expired' ? doubtOf(report, order) : undefined;
  return doubt ?? (decision.events.length === 0 ? { kind: 'known' } : { kind: 'apply', command });
}

/**
 * An expiry names no call: what it is about may only become known by an answer that is under way, and what holds the
 * money now may be another authorization.
 */
function doubtOf({ reference }: Report, { payment }: Order): Verdict | undefined {
  const { authorized, provider } = payment;
  if (openCallOf(payment) !== undefined || authorized.amount === 0) {
    return wait('hold-not-known', 'The authorization it is about may not be recorded yet.');
  }
  const isOther = reference !== undefined && reference !== (provider?.reference ?? reference);
  return isOther ? { kind: 'known' } : undefined;
}

/** What the report asks of its order; a text where it asks nothing that makes sense. */
function meaningOf(report: Report): OrderCommand | string {
  const { type, amount, fee, reportedAt: now } = report;
  if (fee !== undefined && fee.currency !== amount.currency) {
    return `The fee is in ${fee.currency} and the amount in ${amount.currency}.`;
  }
  switch (type) {
    case 'call.approved':
    case 'call.declined': {
      const call = parseGatewayKey(report.key ?? '');
      if (call === undefined) return 'It answers a call and has no key of the ledger’s.';
      if (call.orderId !== report.paymentId) return `Its key is of another order, ${call.orderId}.`;
      return { type: 'RecordAnswer', call: call.call, operation: call.operation, answer: answerIn(report) };
    }
    case 'authorization.expired':
      return { type: 'ExpireAuthorization', now, reported: true };
    case 'dispute.opened':
      return { type: 'OpenDispute', amount, ...(fee !== undefined && { fee }) };
    case 'dispute.won':
    case 'dispute.lost':
      return { type: 'ResolveDispute', amount, outcome: type === 'dispute.won' ? 'won' : 'lost' };
  }
}

function answerIn({ type, amount, reference, fee, expiresAt, code = 'declined' }: Report): ProviderAnswer {
  if (type === 'call.declined') return { kind: 'declined', code };
  return {
    kind: 'approved',
    amount,
    ...(reference !== undefined && { reference }),
    ...(fee !== undefined && { fee }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function quarantine(reason: string, detail: string): Verdict {
  return { kind: 'quarantine', reason, detail };
}

function wait(reason: string, detail: string): Verdict {
  return { kind: 'wait', reason, detail };
}
