import { signWebhook } from '../../src/adapters/payment-gateway/webhook-signature.ts';
import type { Client, Reply } from './http-client.ts';
import type { TestServiceOptions } from './service.ts';

export const webhooksPath = '/v1/gateway/webhooks';

const secret = 'a-secret-of-these-specs-that-is-long-enough';

/** A service with a provider that reports. */
export const reportedTo: TestServiceOptions = {
  environment: {
    ...{ PAYMENT_GATEWAY: 'simulated:', GATEWAY_WEBHOOK_SECRET: secret },
    BODY_BYTES_MAX: '100000',
  },
};

export interface Sending {
  readonly with?: string;
  /** When it was signed, in seconds since 1970. */
  readonly atS?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What arrives instead of what was signed. */
  readonly arrives?: string;
}

export function nowS(): number {
  return Math.floor(Date.now() / 1_000);
}

/** Reports as a provider does: without a token, signed. */
export function sendWebhook(client: Client, body: object | string, sending: Sending = {}): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return client.request('POST', webhooksPath, {
    token: '',
    raw: sending.arrives ?? text,
    headers: {
      'content-type': 'application/json',
      'gateway-signature': signWebhook(sending.with ?? secret, text, sending.atS ?? nowS()),
      ...sending.headers,
    },
  });
}

let reports = 0;

/** A report of a dispute, under an id of its own. */
export function openedDispute(paymentId: string, amount = 100, more: object = {}) {
  reports += 1;
  return {
    ...{ eventId: `evt-${reports}`, type: 'dispute.opened', paymentId, amount: { amount, currency: 'EUR' } },
    at: new Date().toISOString(),
    ...more,
  };
}
