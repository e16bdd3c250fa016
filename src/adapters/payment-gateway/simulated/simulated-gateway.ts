import { InvalidWebhook, OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { GatewayAnswer, GatewayCall, PaymentGateway } from '../../../ports/payment-gateway.ts';
import { WrongAddress } from '../../shared/wrong-address.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { checkSignature, signatureHeader } from '../webhook-signature.ts';
import { openBook } from './book.ts';
import { dispute, expire, resolveDispute, settleLate } from './by-itself.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { readKnobs } from './knobs.ts';
import { readReport } from './read-report.ts';
import { balancesOf, type Standing, standingOf } from './standing.ts';
import { inquiryOf, takeCall } from './take-call.ts';

/**
 * A payment provider that is played: it has a book of its own in a file of its own, decides by chance or by the token of
 * a payment, and reports by webhook. Beyond what every provider can do, it can be told to do what otherwise happens by
 * itself. What it is told cannot be done to a payment is a `NotPossible`.
 */
export interface SimulatedGateway extends PaymentGateway, Pick<Delivery, 'deliver'> {
  balances: Required<PaymentGateway>['balances'];
  /** The customer's bank takes back all that can be. @throws NotPossible */
  dispute(paymentId: string): Promise<void>;
  /** Ends the oldest open dispute of a payment. @throws NotPossible */
  resolveDispute(paymentId: string, outcome: 'won' | 'lost'): Promise<void>;
  /** Ends what is held before its time. @throws NotPossible */
  expire(paymentId: string): Promise<void>;
  /** Approves now what was left open: see `tok_approve_after_cancel`. @throws NotPossible */
  settleLate(paymentId: string): Promise<void>;
  /** A payment as its book has it; `undefined` where it was never authorized. */
  standing(paymentId: string): Promise<Standing | undefined>;
}

/**
 * @param url `simulated:FILE?seed=7&approve=0.8&…`: see `readKnobs`
 * @throws WrongAddress naming every knob that is wrong; StoreUnavailable, DamagedData
 */
export function openSimulatedGateway(url: string, options: GatewayOptions): SimulatedGateway {
  const { clock, dataDir, webhookSecret, acts = false } = options;
  const knobs = readKnobs(url, dataDir);
  if (knobs.webhooks !== undefined && webhookSecret === undefined) {
    throw new WrongAddress('webhooks needs a secret to sign them with; set GATEWAY_WEBHOOK_SECRET');
  }
  const provider = { book: openBook(knobs.path), knobs };
  const delivery = createDelivery({ ...options, provider });
  if (acts) delivery.start();
  const nowMs = () => Date.parse(clock.now());
  /** The way there, or back. */
  const travel = () => (knobs.latencyMs > 0 ? clock.sleep(knobs.latencyMs / 2) : undefined);

  return {
    name: 'simulated',
    isCallable: true,
    call: take,
    inquire: async (key) => {
      await travel();
      const answer = within(() => provider.book.read(() => inquiryOf(provider, key)), 'unknown');
      await travel();
      return answer;
    },
    readWebhook: (header, body, now) => {
      if (webhookSecret === undefined) {
        throw new InvalidWebhook('nothing can be believed while GATEWAY_WEBHOOK_SECRET is not set');
      }
      checkSignature(header(signatureHeader), body, webhookSecret, now);
      return readReport(body);
    },
    balances: async (without) => balancesOf(provider, nowMs(), without),
    deliver: () => delivery.deliver(),
    dispute: async (paymentId) => dispute(provider, paymentId, nowMs()),
    resolveDispute: async (paymentId, outcome) => resolveDispute(provider, paymentId, outcome, nowMs()),
    expire: async (paymentId) => expire(provider, paymentId, nowMs()),
    settleLate: async (paymentId) => settleLate(provider, paymentId, nowMs()),
    standing: async (paymentId) => standingOf(provider, paymentId),
    close: async () => {
      await delivery.stop();
      provider.book.close();
    },
  };

  async function take(call: GatewayCall): Promise<GatewayAnswer> {
    await travel();
    const answer = within(() => provider.book.write(() => takeCall(provider, call, nowMs())), 'failed');
    await travel();
    return answer;
  }
}

/** A provider that is away answers so; it does not make its callers fail. */
function within<Answer>(work: () => Answer, whenAway: 'failed' | 'unknown'): Answer | GatewayAnswer {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreUnavailable) return { kind: whenAway, code: 'provider-unavailable' };
    if (error instanceof OutcomeUnknown) return { kind: 'unknown', code: 'outcome-unknown' };
    throw error;
  }
}
