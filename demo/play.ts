import type { Board } from './board.ts';
import type { BookOrder } from './book/order-book.ts';
import type { Client } from './client.ts';
import { Counter } from './counter.ts';
import type { Journal } from './journal.ts';
import type { Pace } from './pace.ts';
import { Sale } from './sale.ts';
import { stories } from './stories.ts';

export interface PlayNeeds {
  readonly client: Client;
  readonly board: Board;
  readonly journal: Journal;
  readonly pace: Pace;
  /** Runs once, when half of the orders have begun, while the other half goes on. */
  readonly halfway: () => Promise<void>;
}

/** Plays the whole book: so many orders side by side as the board has lanes. Answers every sale that was made. */
export async function play(book: readonly BookOrder[], needs: PlayNeeds): Promise<readonly Sale[]> {
  const { board } = needs;
  const waiting = book[Symbol.iterator]();
  const sales: Sale[] = [];
  const interlude = Promise.withResolvers<void>();
  let isPastHalf = false;

  async function serve(lane: number): Promise<void> {
    for (const order of waiting) {
      const sale = new Sale(order);
      sales.push(sale);
      board.started += 1;
      if (!isPastHalf && board.started * 2 >= book.length) {
        isPastHalf = true;
        needs.halfway().then(interlude.resolve, interlude.reject);
      }
      await playOne(sale, lane, needs);
      board.finished += 1;
    }
  }

  await Promise.all([...board.lanes.map((_, lane) => serve(lane)), interlude.promise]);
  return sales;
}

async function playOne(sale: Sale, at: number, needs: PlayNeeds): Promise<void> {
  const { externalId, customer, currency, story } = sale.order;
  const lane = { externalId, customer, currency, total: sale.total, story, steps: [] };
  needs.board.lanes[at] = lane;
  const counter = new Counter(needs, sale, lane);
  await stories[story](counter, sale);
  await counter.retryLate();
}
