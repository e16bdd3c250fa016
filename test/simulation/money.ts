import type { OrderCommand } from '../../src/domain/order/commands.ts';
import type { DomainEvent } from '../../src/ports/event-codec.ts';
import { OrderMoneyModel } from '../support/order-money-model.ts';
import type { LogView } from './auditor.ts';
import type { Exchange } from './callers.ts';
import type { Step } from './script.ts';

interface Amount {
  readonly amount: number;
  readonly currency: string;
}

interface MoneyData {
  readonly amount?: Amount;
  readonly fee?: Amount;
  readonly postings?: readonly { readonly debit: string; readonly credit: string; readonly amount: number }[];
}

/** What the provider must have in its own book by what the log says, in minor units. */
export interface ProviderSums {
  cleared: number;
  held: number;
}

/** Sums over the log, kept by the names of events alone. */
export function providerSums(events: readonly DomainEvent[]): ProviderSums {
  const sums: ProviderSums = { cleared: 0, held: 0 };
  for (const { type, data } of events) {
    const { amount: { amount } = { amount: 0 }, fee: { amount: fee } = { amount: 0 } } = data as MoneyData;
    switch (type) {
      case 'PaymentAuthorized':
        sums.held += amount;
        break;
      case 'PaymentCaptured':
        sums.held -= amount;
        sums.cleared += amount - fee;
        break;
      case 'PaymentVoided':
      case 'AuthorizationReleased':
      case 'AuthorizationExpired':
        sums.held -= amount;
        break;
      case 'RefundSettled':
      case 'ChargebackOpened':
        sums.cleared -= amount + fee;
        break;
      case 'ChargebackWon':
        sums.cleared += amount;
        break;
      default:
        break;
    }
  }
  return sums;
}

/** Whether what was recorded and what was refused is what the rules of money say, by the model that shares nothing with them. */
export function judgeMoney(
  events: readonly DomainEvent[],
  exchanges: readonly Exchange[],
  log: LogView,
): readonly string[] {
  const complaints: string[] = [];
  const asked = new Map(
    exchanges.map((exchange) => [
      `${exchange.orderId} ${exchange.commandId} ${exchange.fingerprint}`,
      exchange,
    ]),
  );
  const models = new Map<string, OrderMoneyModel | undefined>();
  for (const [key, { stream, fingerprint, refusal }] of inOrder(log, events)) {
    if (!stream.startsWith('order-')) continue;
    const exchange = asked.get(`${key} ${fingerprint}`);
    if (exchange === undefined) {
      // Nobody heard of it, or a process sent it: what it did is not known here, and what follows cannot be judged.
      models.set(stream, undefined);
      continue;
    }
    const command = commandOf(exchange.step);
    if (exchange.step.operation === 'placeOrder') {
      models.set(
        stream,
        exchange.step.body['payment'] === undefined
          ? new OrderMoneyModel(totalIn(exchange.step), 'captured')
          : undefined,
      );
      continue;
    }
    const model = models.get(stream);
    if (model === undefined || command === undefined) continue;
    const allowed = model.tell(command);
    if (allowed !== (refusal === undefined))
      complaints.push(
        `step ${exchange.step.number} ${exchange.step.operation}: ${refusal ?? 'done'}, and the rules say ${allowed}`,
      );
  }
  return complaints;
}

function* inOrder(log: LogView, events: readonly DomainEvent[]) {
  const seen = new Set<string>();
  for (const { stream, metadata } of events) {
    const key = `${stream.slice(stream.indexOf('-') + 1)} ${metadata.commandId}`;
    const recorded = log.commands.get(key);
    if (seen.has(key) || recorded === undefined) continue;
    seen.add(key);
    yield [key, recorded] as const;
  }
}

function totalIn({ body }: Step): number {
  const lines = body['lines'] as readonly { readonly quantity: number; readonly unitPrice: number }[];
  return lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
}

function commandOf({ operation, body }: Step): OrderCommand | undefined {
  const amount = body['amount'] as number | undefined;
  const some = amount === undefined ? {} : { amount };
  switch (operation) {
    case 'amendLines':
      return { type: 'AmendLines', lines: body['lines'] as never };
    case 'cancelOrder':
      return { type: 'CancelOrder', reason: 'any' as never };
    case 'fulfilOrder':
      return { type: 'FulfilOrder' };
    case 'authorizePayment':
      return { type: 'AuthorizePayment', ...some, method: { token: 'any' } };
    case 'capturePayment':
      return { type: 'CapturePayment', ...some, ...(body['final'] === true && { final: true }) };
    case 'voidPayment':
      return { type: 'VoidPayment' };
    case 'refundPayment':
      return { type: 'RefundPayment', ...some, reason: 'any' as never };
    case 'chargebackPayment':
      return body['action'] === 'open'
        ? { type: 'OpenDispute', amount: amount ?? 0 }
        : { type: 'ResolveDispute', amount: amount ?? 0, outcome: body['action'] as 'won' | 'lost' };
    default:
      return undefined;
  }
}

/** Money is neither made nor lost: every entry debits what it credits, and no event moves nothing or less. */
export function judgePostings(events: readonly DomainEvent[]): readonly string[] {
  return events.flatMap(({ data, position, type }) =>
    ((data as MoneyData).postings ?? [])
      .filter(({ amount, debit, credit }) => !Number.isSafeInteger(amount) || amount <= 0 || debit === credit)
      .map((posting) => `${type} at ${position} posts ${JSON.stringify(posting)}`),
  );
}
