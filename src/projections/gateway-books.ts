import { openCallOf } from '../domain/order/payment.ts';
import type { GatewayBalance } from '../ports/payment-gateway.ts';
import type { OrderBooks } from './order-books.ts';

/** What the books of all orders say a provider holds. */
export interface GatewaySide {
  /** Minor units by currency. */
  readonly holdings: ReadonlyMap<string, Holding>;
  /** Orders of which a call is open, by id: what the provider has done of it nobody knows yet. They are in no sum. */
  readonly unsettled: ReadonlySet<string>;
}

interface Holding {
  readonly cleared: bigint;
  readonly held: bigint;
}

/**
 * Adds up what one provider holds by the books of the orders.
 * @param now holds that have ended by themselves by then are none any more
 */
export class GatewaySum {
  readonly #gateway: string;
  readonly #now: string;
  readonly #holdings = new Map<string, Holding>();
  readonly #unsettled = new Set<string>();

  constructor(gateway: string, now: string) {
    this.#gateway = gateway;
    this.#now = now;
  }

  add({ order, balances }: OrderBooks): void {
    if (order?.payment.provider?.gateway !== this.#gateway) return;
    const { currency, payment } = order;
    if (openCallOf(payment) !== undefined) {
      this.#unsettled.add(order.orderId);
      return;
    }
    const expiresAt = payment.provider?.expiresAt;
    const isOver = expiresAt !== undefined && expiresAt <= this.#now;
    const { cleared, held } = this.#holdings.get(currency) ?? { cleared: 0n, held: 0n };
    const clearing = balances.find(([code]) => code === `1100:${this.#gateway}`)?.[1] ?? 0;
    this.#holdings.set(currency, {
      cleared: cleared + BigInt(clearing),
      held: held + (isOver ? 0n : BigInt(payment.open.capture.amount)),
    });
  }

  result(): GatewaySide {
    return { holdings: this.#holdings, unsettled: this.#unsettled };
  }
}

/** I5: where the books and the provider's own book differ, in words. Neither with what is unsettled. */
export function gatewayDifferences(
  gateway: string,
  ours: GatewaySide['holdings'],
  theirs: ReadonlyMap<string, GatewayBalance>,
): readonly string[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].toSorted().flatMap((currency) => {
    const { cleared, held } = ours.get(currency) ?? { cleared: 0n, held: 0n };
    const there = theirs.get(currency) ?? { cleared: '0', held: '0' };
    const told = (what: string, here: bigint, by: string) =>
      here === BigInt(by)
        ? []
        : [`I5 ${what} of ${gateway} in ${currency}: ${here} in the books, ${by} in the provider’s own`];
    return [
      ...told(`1100:${gateway}, what is cleared`, cleared, there.cleared),
      ...told('9000, what is held', held, there.held),
    ];
  });
}
