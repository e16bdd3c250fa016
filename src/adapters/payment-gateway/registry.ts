import type { PaymentGateway } from '../../ports/payment-gateway.ts';
import { createExternalGateway } from './external-gateway.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { openSimulatedGateway } from './simulated/simulated-gateway.ts';

/** Every payment provider, by the scheme of its URL. Adding one is its file and its line here. */
export const gateways: Readonly<
  Record<string, (url: string, options: GatewayOptions) => PaymentGateway | Promise<PaymentGateway>>
> = {
  external: () => createExternalGateway(),
  simulated: (url, options) => openSimulatedGateway(url, options),
};
