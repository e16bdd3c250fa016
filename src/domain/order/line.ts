import { z } from 'zod';
import { holdsCardNumber } from '../kernel/card-number.ts';
import { sku } from '../kernel/ids.ts';
import { checkedAdd, checkedMultiply } from '../kernel/money.ts';
import { freeText, unprocessable } from '../kernel/text.ts';

export const linesMax = 200;
export const quantityMax = 1_000_000;
export const unitPriceMax = 10 ** 12;
export const metaLengthMax = 4_000;

/** Most urgent last. An order is as urgent as its most urgent line. */
export const priorities = ['low', 'normal', 'high', 'critical', 'max'] as const;
export const priority = z.enum(priorities);
export type Priority = z.output<typeof priority>;

/** How often a recurring line repeats; `unspecified` waits for somebody to say. */
const frequency = z.enum(['daily', 'weekly', 'biweekly', 'monthly', 'quarterly', 'yearly', 'unspecified']);

const metaKey = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'keys are 1–64 characters of A-Z a-z 0-9 _ . : -');

/** Whatever else a line carries: kept as it is, at most 4,000 characters as JSON. */
const meta = z.record(metaKey, z.json()).superRefine((value, context) => {
  const text = JSON.stringify(value);
  if (text.length > metaLengthMax) {
    context.addIssue({ code: 'custom', message: `must be at most ${metaLengthMax} characters as JSON` });
  } else if (text.length >= 14 && holdsCardNumber(text)) {
    context.addIssue({
      code: 'custom',
      message: 'holds what looks like a payment card number',
      params: unprocessable,
    });
  }
});

export const line = z
  .strictObject({
    sku,
    label: freeText(200),
    kind: z.enum(['single', 'recurring']),
    quantity: z.int().min(1).max(quantityMax),
    /** In minor units of the order's currency. */
    unitPrice: z.int().min(0).max(unitPriceMax),
    frequency: frequency.exactOptional(),
    priority: priority.exactOptional(),
    meta: meta.exactOptional(),
  })
  .refine((value) => value.kind === 'recurring' || value.frequency === undefined, {
    path: ['frequency'],
    message: 'only a recurring line has a frequency',
  });
export type Line = Readonly<z.output<typeof line>>;

export const lines = z.array(line).min(1).max(linesMax);

/** Σ quantity × unitPrice in minor units, or `undefined` where a step goes beyond 2^53 − 1. */
export function totalOf(ordered: readonly Line[]): number | undefined {
  let total: number | undefined = 0;
  for (const { quantity, unitPrice } of ordered) {
    const amount = checkedMultiply(quantity, unitPrice);
    total = amount === undefined ? undefined : checkedAdd(total, amount);
    if (total === undefined) return undefined;
  }
  return total;
}

export function mostUrgent(ordered: readonly Line[]): Priority {
  return ordered.reduce<Priority>((most, { priority: own = 'normal' }) => moreUrgent(most, own), 'low');
}

function moreUrgent(a: Priority, b: Priority): Priority {
  return priorities.indexOf(a) >= priorities.indexOf(b) ? a : b;
}
