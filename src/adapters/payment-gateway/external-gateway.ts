import { InvalidWebhook, StoreUnavailable } from '../../domain/kernel/faults.ts';
import type { PaymentGateway } from '../../ports/payment-gateway.ts';

/** Callers report what their own provider did: the ledger asks nobody, and nobody reports to it by webhook. */
export function createExternalGateway(): PaymentGateway {
  return {
    name: 'external',
    isCallable: false,
    call: refuse,
    inquire: refuse,
    readWebhook: () => {
      throw new InvalidWebhook('there is no payment provider that could have sent it; set PAYMENT_GATEWAY');
    },
    close: async () => {},
  };
}

function refuse(): Promise<never> {
  return Promise.reject(
    new StoreUnavailable(
      'payment gateway',
      'external: has nobody to ask, callers report the facts',
      'Set PAYMENT_GATEWAY to the provider that was asked, or report what it did.',
    ),
  );
}
