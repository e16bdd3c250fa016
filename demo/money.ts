/** The movements of money that every source can be asked for: the demo itself, the replies, the read model, the log. */
export const figures = [
  'authorized',
  'captured',
  'voided',
  'refunded',
  'in dispute',
  'charged back',
] as const;
export type Figure = (typeof figures)[number];

export interface Move {
  readonly figure: Figure;
  /** In minor units; negative where something is taken back, such as a dispute that ended. */
  readonly amount: number;
}

/** Sums by currency and figure, in integer minor units. */
export class Books {
  readonly #sums = new Map<string, number>();

  add(currency: string, { figure, amount }: Move): void {
    const sum = this.sum(currency, figure) + amount;
    if (!Number.isSafeInteger(sum)) throw new RangeError(`${figure} ${currency} is beyond exact integers`);
    this.#sums.set(`${currency} ${figure}`, sum);
  }

  sum(currency: string, figure: Figure): number {
    return this.#sums.get(`${currency} ${figure}`) ?? 0;
  }
}
