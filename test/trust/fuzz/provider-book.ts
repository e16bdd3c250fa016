import type { Config } from '../../../src/config.ts';
import { idOf } from '../../../src/domain/kernel/log.ts';
import { openGateway, openLedger } from '../../../src/main.ts';
import type { DomainEvent } from '../../../src/ports/event-codec.ts';
import { GatewaySum, gatewayDifferences } from '../../../src/projections/gateway-books.ts';
import { type OrderBooks, orderBooks } from '../../../src/projections/order-books.ts';
import { pureFold } from '../../support/projection-history.ts';

export interface ComparedWithProvider {
  /** Where the books and the provider's own book differ, in words; empty where it keeps none. */
  readonly differences: readonly string[];
  /** Orders on both sides of the comparison of which the provider has cleared money. */
  readonly compared: number;
  /** Orders of which a caller has said what the provider never did, with its signature or as an operator. */
  readonly liedAbout: number;
}

/** Who says what the provider has reported. */
const reporter = 'process:webhooks';
/** Ids that the simulated provider gives its reports. */
const ownReport = /^evt_[0-9a-f]{24}$/;

/**
 * Compares the books with the provider's own book (I5), but for orders that callers have lied about: `ledger verify` cannot
 * know a lie with a good signature, and says that the sums differ.
 */
export async function compareWithProvider(config: Config): Promise<ComparedWithProvider> {
  const ledger = await openLedger(config, { documents: 'none' });
  try {
    const gateway = await openGateway(ledger, false);
    try {
      const events = await ledger.codec.decode(await ledger.store.readAll({ after: 0, countMax: 1_000_000 }));
      const liedAbout = new Set(events.flatMap(orderLiedAbout));
      const sum = new GatewaySum(gateway.name, ledger.clock.now());
      const orders = pureFold(orderBooks, events);
      const honest = [...orders].filter(([id]) => !liedAbout.has(id));
      const cleared = honest.flatMap(([id, body]) => {
        const books: OrderBooks = JSON.parse(body);
        sum.add(books);
        const [, amount = 0] = books.balances.find(([code]) => code === `1100:${gateway.name}`) ?? [];
        return amount === 0 ? [] : [id];
      });
      const { holdings, unsettled } = sum.result();
      const theirs = await gateway.balances?.(new Set([...unsettled, ...liedAbout]));
      return {
        differences: theirs === undefined ? [] : gatewayDifferences(gateway.name, holdings, theirs),
        compared: theirs === undefined ? 0 : cleared.filter((id) => !unsettled.has(id)).length,
        liedAbout: orders.size - honest.length,
      };
    } finally {
      await gateway.close();
    }
  } finally {
    await ledger.close();
  }
}

function orderLiedAbout({ type, stream, data, metadata }: DomainEvent): readonly string[] {
  if (type.startsWith('Chargeback')) return metadata.actor === reporter ? [] : [idOf(stream)];
  if (type !== 'WebhookReceived') return [];
  const { eventId, paymentId } = data as { readonly eventId: string; readonly paymentId: string };
  return ownReport.test(eventId) ? [] : [paymentId];
}
