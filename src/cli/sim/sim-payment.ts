import { NotPossible } from '../../adapters/payment-gateway/simulated/by-itself.ts';
import {
  openSimulatedGateway,
  type SimulatedGateway,
} from '../../adapters/payment-gateway/simulated/simulated-gateway.ts';
import { WrongAddress } from '../../adapters/shared/wrong-address.ts';
import { createSystemClock } from '../../adapters/system/system-clock.ts';
import { type Config, ConfigError } from '../../config.ts';
import { orderId } from '../../domain/kernel/ids.ts';
import { type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';

interface Direction {
  readonly done: string;
  readonly tell: (gateway: SimulatedGateway, payment: string) => Promise<void>;
}

/** What the provider can be told to do to a payment, which is named by its order. */
export const directions: Readonly<Record<string, Direction>> = {
  dispute: { done: 'is disputed', tell: (gateway, payment) => gateway.dispute(payment) },
  win: { done: 'has its dispute won', tell: (gateway, payment) => gateway.resolveDispute(payment, 'won') },
  lose: { done: 'has its dispute lost', tell: (gateway, payment) => gateway.resolveDispute(payment, 'lost') },
  expire: { done: 'is held no more', tell: (gateway, payment) => gateway.expire(payment) },
  settle: { done: 'is approved', tell: (gateway, payment) => gateway.settleLate(payment) },
};

/** Tells the provider that is configured to do it, and shows the payment as it is then in the provider's book. */
export async function direct(
  { done, tell }: Direction,
  word: string | undefined,
  { config, terminal }: CliContext,
): Promise<ExitCode> {
  const payment = orderId.safeParse(word);
  if (!payment.success) throw new UsageError('Name the order by its id.');
  const gateway = openConfigured(config);
  try {
    await tell(gateway, payment.data);
    const standing = await gateway.standing(payment.data);
    terminal.line(`${payment.data} ${done}`);
    const { calls: _, currency = '', ...amounts } = standing ?? { calls: [] };
    terminal.table(
      ['AT THE PROVIDER', `MINOR UNITS OF ${currency}`],
      Object.entries(amounts).map(([name, amount]) => [name, String(amount)]),
    );
    if (!config.PAYMENT_GATEWAY.includes('webhooks=')) {
      terminal.complain('PAYMENT_GATEWAY has no webhooks=URL: the ledger will not be told.');
    }
    terminal.answer({ paymentId: payment.data, standing: standing ?? null });
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error;
    terminal.complain(error.message);
    terminal.answer({ paymentId: payment.data, error: error.message });
    return exitCodes.no;
  } finally {
    await gateway.close();
  }
}

function openConfigured({ PAYMENT_GATEWAY, GATEWAY_WEBHOOK_SECRET, DATA_DIR }: Config): SimulatedGateway {
  if (!PAYMENT_GATEWAY.startsWith('simulated:')) {
    throw new UsageError('Only a simulated provider can be told what to do; set PAYMENT_GATEWAY=simulated:');
  }
  const secret = GATEWAY_WEBHOOK_SECRET === undefined ? {} : { webhookSecret: GATEWAY_WEBHOOK_SECRET };
  try {
    return openSimulatedGateway(PAYMENT_GATEWAY, {
      dataDir: DATA_DIR,
      clock: createSystemClock(),
      ...secret,
    });
  } catch (error) {
    throw error instanceof WrongAddress ? new ConfigError(`PAYMENT_GATEWAY: ${error.message}`) : error;
  }
}
