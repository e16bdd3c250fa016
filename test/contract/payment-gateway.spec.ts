import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GatewayOptions } from '../../src/adapters/payment-gateway/gateway-options.ts';
import { gateways } from '../../src/adapters/payment-gateway/registry.ts';
import { signWebhook } from '../../src/adapters/payment-gateway/webhook-signature.ts';
import { InvalidWebhook, StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { PaymentGateway } from '../../src/ports/payment-gateway.ts';
import { createManualClock } from '../support/http-manual-clock.ts';
import { closedAfterwards, temporaryDirectory } from '../support/store-directory.ts';
import { type AdapterRows, describeEveryAdapter } from '../support/store-rows.ts';
import { askingContract } from './payment-gateway.contract.ts';
import { authorization, now, sampleReport, secret } from './payment-gateway-samples.ts';
import { webhookContract } from './payment-gateway-webhooks.contract.ts';

/** A provider that outlives the process can be called; where callers report the facts there is none. */
const rows: AdapterRows = {
  external: { place: () => 'external:', durable: false },
  simulated: { place: (directory) => `simulated:${join(directory, 'gateway.db')}?seed=7`, durable: true },
};

describeEveryAdapter('payment gateway', gateways, rows, (openGateway, place, durable) => {
  const openAt = async (directory: string, more: Partial<GatewayOptions> = {}): Promise<PaymentGateway> =>
    closedAfterwards(
      await openGateway(place(directory), {
        dataDir: directory,
        clock: createManualClock(),
        webhookSecret: secret,
        ...more,
      }),
    );

  test('it has a name that the books can use, and says whether it can be called', async () => {
    const gateway = await openAt(temporaryDirectory());
    expect(gateway.name).toMatch(/^[a-z0-9-]{1,32}$/);
    expect(gateway.isCallable).toBe(durable);
  });

  test('closing it twice is closing it once', async () => {
    const gateway = await openAt(temporaryDirectory());
    await gateway.close();
    await expect(gateway.close()).resolves.toBeUndefined();
  });

  if (durable) {
    askingContract(async () => {
      const directory = temporaryDirectory();
      return { gateway: await openAt(directory), openAgain: () => openAt(directory) };
    });
    webhookContract(
      (webhookSecret) =>
        webhookSecret === undefined
          ? closedWithoutSecret(openGateway, place)
          : openAt(temporaryDirectory(), { webhookSecret }),
      (body, by, atS) => signWebhook(by, body, atS),
    );
  } else refusingContract(() => openAt(temporaryDirectory()));
});

async function closedWithoutSecret(
  openGateway: (url: string, options: GatewayOptions) => PaymentGateway | Promise<PaymentGateway>,
  place: (directory: string) => string,
): Promise<PaymentGateway> {
  const directory = temporaryDirectory();
  return closedAfterwards(
    await openGateway(place(directory), { dataDir: directory, clock: createManualClock() }),
  );
}

/** What is promised where callers report the facts: nothing is ever asked, and nothing that comes is believed. */
function refusingContract(open: () => Promise<PaymentGateway>): void {
  test('it refuses every call with what to do about it', async () => {
    const gateway = await open();
    for (const ask of [gateway.call(authorization()), gateway.inquire('payment/p/authorize/1')]) {
      await expect(ask).rejects.toThrow(StoreUnavailable);
      await expect(ask).rejects.toMatchObject({ remedy: expect.stringContaining('PAYMENT_GATEWAY') });
    }
    expect(gateway.balances).toBeUndefined();
  });

  test('it believes no webhook, however well it is signed', async () => {
    const gateway = await open();
    const body = Buffer.from(JSON.stringify(sampleReport));
    const header = () => signWebhook(secret, body, Math.floor(Date.parse(now) / 1_000));
    expect(() => gateway.readWebhook(header, body, now)).toThrow(InvalidWebhook);
    expect(() => gateway.readWebhook(header, body, now)).toThrow(/PAYMENT_GATEWAY/);
  });
}
