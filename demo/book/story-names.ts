/** Every story an order can live through, with its share of the book. `stories.ts` tells them. */
const shares = {
  'plain sale': 40,
  'paid twice by an impatient finger': 16,
  'placed twice on a bad line': 16,
  'shipped in two parcels': 20,
  'two captures at once': 14,
  'cancel against capture': 14,
  'changed its mind': 14,
  'one cup broken': 16,
  'sent back': 8,
  'chargeback won': 6,
  'chargeback lost': 6,
  'chargeback open': 4,
  'cancelled at the counter': 7,
  'cancelled while held': 7,
  'hold renewed': 6,
  'less than ordered': 6,
  'till asks for too much': 9,
  'shipped too early': 8,
  'refund larger than life': 6,
  'curious neighbour': 8,
  'card number in the wrong field': 6,
  'recycled key': 8,
  'two clerks, one order': 6,
  'still thinking': 5,
} as const;

export type StoryName = keyof typeof shares;

export const storyNames = Object.keys(shares) as readonly StoryName[];

export function shareOf(name: StoryName): number {
  return shares[name];
}
