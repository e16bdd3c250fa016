import { brokenInvariants } from '../domain/order/invariants.ts';
import type { Order } from '../domain/order/state.ts';
import { type Ledger, openGateway } from '../main.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { Tell } from '../projections/defect.ts';
import { GatewaySum, gatewayDifferences } from '../projections/gateway-books.ts';
import { brokenBookRules, type OrderBooks, orderBooks } from '../projections/order-books.ts';
import { orderDetails } from '../projections/order-details.ts';
import type { AnyProjection } from '../projections/projection.ts';
import { brokenBalance, type WholeBooks, wholeBooks, wholeBooksId } from '../projections/whole-books.ts';

/** What is folded for verification and never served. */
export const moneyChecks: readonly AnyProjection[] = [orderBooks, wholeBooks];

/** Rules a document breaks: those of the order and those of the books. */
export function brokenRules(projection: string, document: object): readonly string[] {
  if (projection === orderDetails.name) return brokenInvariants(document as Order);
  if (projection === orderBooks.name) return brokenBookRules(document as OrderBooks);
  return projection === wholeBooks.name ? brokenBalance(document as WholeBooks) : [];
}

/** What was checked of the books. */
export interface MoneyChecked {
  /** Entries of the books: each balanced, and the books after it. */
  readonly entries: number;
  /** Orders whose money is from before there were books: their accounts say nothing of them. */
  readonly unbooked: number;
  /** The provider whose own book was compared, or why none was. */
  readonly gateway: string;
}

const unsettledShownMax = 5;

/** Looks at what the walk over the log has left, and compares it with the provider's own book where it keeps one. */
export async function checkMoney(ledger: Ledger, scratch: ReadModel, tell: Tell): Promise<MoneyChecked> {
  const gateway = await openGateway(ledger, false);
  try {
    const sum = new GatewaySum(gateway.name, ledger.clock.now());
    let unbooked = 0;
    for await (const { body } of documentsOf(scratch, orderBooks)) {
      const books: OrderBooks = JSON.parse(body);
      sum.add(books);
      if (books.apart === 'unbooked') unbooked += 1;
    }
    let entries = 0;
    for await (const { id, body } of documentsOf(scratch, wholeBooks)) {
      const whole: WholeBooks = JSON.parse(body);
      if (id === wholeBooksId) entries = whole.entries;
    }
    const { holdings, unsettled } = sum.result();
    const compared = async () => {
      const theirs = await gateway.balances?.(unsettled);
      if (theirs === undefined) return `${gateway.name} keeps no book that could be compared`;
      for (const problem of gatewayDifferences(gateway.name, holdings, theirs)) tell({ problem });
      return `${gateway.name} compared${exceptionsOf(unsettled)}`;
    };
    return { entries, unbooked, gateway: await compared() };
  } finally {
    await gateway.close();
  }
}

/** Whoever reads it can look at the first of them; a call that is parked waits for a human. */
function exceptionsOf(unsettled: ReadonlySet<string>): string {
  if (unsettled.size === 0) return '';
  const shown = [...unsettled].slice(0, unsettledShownMax).join(', ');
  const more = unsettled.size > unsettledShownMax ? ', …' : '';
  return `, but for ${unsettled.size} of its orders, of which a call is open or parked: ${shown}${more}`;
}

async function* documentsOf(scratch: ReadModel, projection: AnyProjection) {
  const generation = await scratch.open(projection, await scratch.startBuild(projection));
  try {
    yield* generation.documents();
  } finally {
    await generation.close();
  }
}
