import { type BookLine, type BookOrder, totalOf } from './book/order-book.ts';
import type { Request } from './client.ts';
import type { Figure, Move } from './money.ts';

/** Who works at the counter: may do for every customer what customers may do, and the rest besides. */
export const clerk = 'front.desk';

/** Something that is asked of an order, and what it means for the money if it is granted. */
export interface Command {
  /** `place`, `capture` … */
  readonly name: string;
  /** What the order's track shows once it is done. */
  readonly done: string;
  readonly request: Request;
  readonly moves: readonly Move[];
}

/**
 * One order on its way through the shop: makes its commands and keeps its own account of the money, from what was
 * asked and granted alone. The ledger's figures are held against this account later.
 */
export class Sale {
  readonly order: BookOrder;
  /** Known once the order is placed. */
  id = '';
  lines: readonly BookLine[];
  readonly #account = new Map<Figure, number>();
  #serial = 0;

  constructor(order: BookOrder) {
    this.order = order;
    this.lines = order.lines;
  }

  get total(): number {
    return totalOf(this.lines);
  }

  sum(figure: Figure): number {
    return this.#account.get(figure) ?? 0;
  }

  get held(): number {
    return this.sum('authorized') - this.sum('captured') - this.sum('voided');
  }

  /** Takes in what a granted command moved. */
  granted({ moves }: Command): void {
    for (const { figure, amount } of moves) this.#account.set(figure, this.sum(figure) + amount);
  }

  place(note?: string): Command {
    const { externalId, currency, lines } = this.order;
    return this.#command('place', 'placed', '', {
      currency,
      lines,
      externalId,
      ...(note !== undefined && { note }),
    });
  }

  amend(lines = this.order.otherLines): Command {
    return this.#command('amend', 'amended', '/lines', { lines });
  }

  note(note = this.order.note): Command {
    return this.#command('note', 'note', '/notes', { note });
  }

  cancel(reason: string): Command {
    return this.#command('cancel', 'cancelled', '/cancel', { reason }, [
      { figure: 'voided', amount: this.held },
    ]);
  }

  fulfil(): Command {
    return this.#command('fulfil', 'handed over', '/fulfil', {}, [], clerk);
  }

  authorize(amount = this.total, token = 'tok_visa'): Command {
    const body = { amount, method: { token } };
    return this.#command('authorize', 'held', '/payment/authorize', body, [{ figure: 'authorized', amount }]);
  }

  capture(amount = this.held, { final = false } = {}): Command {
    const done = amount < this.held ? 'part captured' : 'captured';
    const body = { amount, ...(final && { final }) };
    const released: Move[] = final ? [{ figure: 'voided', amount: this.held - amount }] : [];
    const moves: Move[] = [{ figure: 'captured', amount }, ...released];
    return this.#command('capture', done, '/payment/capture', body, moves, clerk);
  }

  void(): Command {
    return this.#command('void', 'voided', '/payment/void', {}, [{ figure: 'voided', amount: this.held }]);
  }

  refund(amount: number, reason: string): Command {
    const isAll = this.sum('refunded') + amount >= this.sum('captured');
    const done = isAll ? 'refunded' : 'part refunded';
    const body = { amount, reason };
    return this.#command('refund', done, '/payment/refund', body, [{ figure: 'refunded', amount }], clerk);
  }

  openChargeback(amount: number): Command {
    return this.#chargeback('open', 'disputed', amount, [{ figure: 'in dispute', amount }]);
  }

  winChargeback(amount: number): Command {
    return this.#chargeback('won', 'dispute won', amount, [{ figure: 'in dispute', amount: -amount }]);
  }

  loseChargeback(amount: number): Command {
    return this.#chargeback('lost', 'dispute lost', amount, [
      { figure: 'in dispute', amount: -amount },
      { figure: 'charged back', amount },
    ]);
  }

  #chargeback(action: string, done: string, amount: number, moves: readonly Move[]): Command {
    return this.#command('chargeback', done, '/payment/chargeback', { amount, action }, moves, clerk);
  }

  #command(
    name: string,
    done: string,
    under: string,
    body: object,
    moves: readonly Move[] = [],
    as = this.order.customer,
  ): Command {
    this.#serial += 1;
    const path = name === 'place' ? '/v1/orders' : `/v1/orders/${this.id}${under}`;
    const key = `${this.order.externalId}-${this.#serial}-${name}`;
    return { name, done, request: { as, path, key, body }, moves };
  }
}
