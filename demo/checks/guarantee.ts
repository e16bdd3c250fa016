/** One promise of the ledger, and how often it was kept when it was put to the test. */
export interface Guarantee {
  readonly promise: string;
  readonly tried: number;
  readonly held: number;
  /** The figures behind it, for people. */
  readonly detail?: string;
  /** What broke it. */
  readonly broken: readonly string[];
}

/** What was never tried was not kept either. */
export function isKept({ tried, held, broken }: Guarantee): boolean {
  return tried > 0 && held === tried && broken.length === 0;
}

/** Tries a promise on each of many things; `fault` says what is wrong with one, or nothing. */
export function guarantee<Item>(
  promise: string,
  items: readonly Item[],
  fault: (item: Item) => string | undefined,
  detail?: string,
): Guarantee {
  const broken = items.map(fault).filter((found) => found !== undefined);
  const held = items.length - broken.length;
  return { promise, tried: items.length, held, broken, ...(detail !== undefined && { detail }) };
}
