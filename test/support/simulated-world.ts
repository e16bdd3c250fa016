import { onTestFinished } from 'vitest';
import type { PostWebhook } from '../../src/adapters/payment-gateway/gateway-options.ts';
import {
  openSimulatedGateway,
  type SimulatedGateway,
} from '../../src/adapters/payment-gateway/simulated/simulated-gateway.ts';
import { signatureHeader } from '../../src/adapters/payment-gateway/webhook-signature.ts';
import { moneyOf } from '../../src/domain/kernel/money.ts';
import type { GatewayCall, GatewayReport } from '../../src/ports/payment-gateway.ts';
import { createManualClock, type ManualClock } from './http-manual-clock.ts';

export const paymentId = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
export const webhookSecret = 'a secret of 32 characters or more';

export interface SimulatedWorld {
  readonly gateway: SimulatedGateway;
  readonly clock: ManualClock;
  /** What the ledger took in, as it came. */
  readonly taken: readonly GatewayReport[];
  authorize(token: string, more?: Partial<GatewayCall>): ReturnType<SimulatedGateway['call']>;
  ask(
    operation: GatewayCall['operation'],
    n: number,
    amount: number,
    more?: Partial<GatewayCall>,
  ): ReturnType<SimulatedGateway['call']>;
}

/**
 * A simulated provider in memory, with a clock that moves only when told to.
 * @param query knobs: `approve=1&timeoutRate=0.5`
 * @param answers the status that the ledger answers a webhook with; 202 where it is left out
 */
export function simulatedWorld(query = '', answers: () => number = () => 202): SimulatedWorld {
  const clock = createManualClock();
  const taken: GatewayReport[] = [];
  const post: PostWebhook = async (_url, headers, body) => {
    const header = (name: string) => (name === signatureHeader ? headers[signatureHeader] : undefined);
    const report = gateway.readWebhook(header, Buffer.from(body), clock.now());
    const status = answers();
    if (status === 202) taken.push(report);
    return status;
  };
  const knobs = `webhooks=http://ledger.test/v1/gateway/webhooks&${query}`;
  const gateway = openSimulatedGateway(`simulated::memory:?${knobs}`, {
    dataDir: '.',
    clock,
    webhookSecret,
    post,
  });
  onTestFinished(() => gateway.close());
  const ask: SimulatedWorld['ask'] = (operation, n, amount, more = {}) =>
    gateway.call({
      operation,
      key: `payment/${more.paymentId ?? paymentId}/${operation}/${n}`,
      paymentId,
      amount: moneyOf(amount, 'EUR'),
      ...more,
    });
  return {
    gateway,
    clock,
    taken,
    ask,
    authorize: (token, more) => ask('authorize', 1, 10_000, { token, ...more }),
  };
}
