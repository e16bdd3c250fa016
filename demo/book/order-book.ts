import {
  type Customer,
  customers,
  type DemoCurrency,
  notes,
  type Product,
  priceIn,
  products,
} from './catalogue.ts';
import { type Random, seededRandom } from './random.ts';
import { type StoryName, shareOf, storyNames } from './story-names.ts';

export interface BookLine {
  readonly sku: string;
  readonly label: string;
  readonly kind: 'single' | 'recurring';
  readonly quantity: number;
  readonly unitPrice: number;
  readonly frequency?: string;
  readonly priority?: string;
  readonly meta?: object;
}

/** One order of the book: who orders what, and which story it is going to live through. */
export interface BookOrder {
  readonly externalId: string;
  readonly customer: string;
  /** Somebody else, who will be curious about this order. */
  readonly outsider: string;
  readonly currency: DemoCurrency;
  readonly lines: readonly BookLine[];
  /** What the customer changes the lines to, in stories where that happens. */
  readonly otherLines: readonly BookLine[];
  readonly note: string;
  readonly story: StoryName;
}

/** The order book: the same seed and size give the same book, to the last note. Every story is told at least once. */
export function orderBook(seed: number, size: number): readonly BookOrder[] {
  const random = seededRandom(seed);
  return storiesFor(size, random).map((story, index) => {
    const customer = random.pick(customers);
    return {
      externalId: `DEMO-${String(index + 1).padStart(4, '0')}`,
      customer: customer.id,
      outsider: nextAfter(customer).id,
      currency: customer.currency,
      lines: linesFor(customer.currency, random),
      otherLines: linesFor(customer.currency, random),
      note: random.pick(notes),
      story,
    };
  });
}

/** What the lines cost, in minor units. */
export function totalOf(lines: readonly BookLine[]): number {
  return lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
}

/** Every story once, the rest of the book by their shares, and what is left over of that as plain sales. */
function storiesFor(size: number, random: Random): readonly StoryName[] {
  const shares = storyNames.reduce((sum, name) => sum + shareOf(name), 0);
  const more = Math.max(0, size - storyNames.length);
  const told = storyNames.flatMap((name) =>
    Array.from({ length: 1 + Math.floor((shareOf(name) * more) / shares) }, () => name),
  );
  const plain = Array.from({ length: Math.max(0, size - told.length) }, (): StoryName => 'plain sale');
  return random.shuffled([...told, ...plain]);
}

function nextAfter(customer: Customer): Customer {
  return customers[(customers.indexOf(customer) + 1) % customers.length] ?? customers[0];
}

function linesFor(currency: DemoCurrency, random: Random): readonly BookLine[] {
  const chosen = random.shuffled(products).slice(0, random.between(1, 4));
  return chosen.map((product) => lineOf(product, currency, random));
}

function lineOf(product: Product, currency: DemoCurrency, random: Random): BookLine {
  const { sku, label, quantityMax, frequency, priority, meta } = product;
  return {
    sku,
    label,
    kind: frequency === undefined ? 'single' : 'recurring',
    quantity: random.between(1, quantityMax),
    unitPrice: priceIn(currency, product),
    ...(frequency !== undefined && { frequency }),
    ...(priority !== undefined && { priority }),
    ...(meta !== undefined && { meta }),
  };
}
