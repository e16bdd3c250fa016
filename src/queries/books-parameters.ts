import { z } from 'zod';
import { accountOf } from '../domain/books/chart.ts';
import { currency } from '../domain/kernel/currency.ts';
import { instantSought } from '../domain/kernel/instant.ts';
import { Problem } from '../http/problem.ts';
import type { ApiRequest } from '../http/route.ts';

const accountKind = z.enum(['asset', 'liability', 'equity', 'revenue', 'expense', 'memorandum']);
export const side = z.enum(['debit', 'credit']);

/**
 * A sum may go beyond what a JavaScript number holds exactly: its digits are all there all the same. Said as a multiple of
 * one, because `integer` is published with the bounds of such a number.
 */
export const sum = z
  .number()
  .multipleOf(1)
  .describe('Minor units. May exceed 2^53 − 1: read it with a parser that keeps integers exact.');

/** What every account is shown with. */
export const accountShown = {
  code: z.string().describe('`4000`, or `1100:external` where each gateway has its own.'),
  name: z.string(),
  kind: accountKind,
  currency,
} as const;

export const currencySought = currency.optional().describe('Of this currency only.');
export const fromSought = instantSought('up').optional().describe('Took effect at this time or later.');
export const toSought = instantSought('up').optional().describe('Took effect before this time.');

/** Path of one account. */
export const accountParams = z.strictObject({
  code: z
    .string()
    .regex(/^\d{4}(?::[a-z0-9-]{1,32})?$/, 'must be a code as GET /v1/ledger/accounts lists them'),
});

/** The account the path names. @throws Problem `not-found` for one the chart does not have */
export function accountAsked({ params }: ApiRequest): string {
  const code = params['code'] ?? '';
  const account = accountOf(code);
  if (account !== undefined && (account.per === 'gateway') === code.length > 4) return code;
  throw new Problem(
    'not-found',
    'The chart of accounts has no such account; GET /v1/ledger/accounts lists those that were booked on.',
  );
}

/** Name and kind of an account of the chart. */
export function describeAccount(code: string): { readonly name: string; readonly kind: string } {
  const { name = '', kind = '' } = accountOf(code) ?? {};
  return { name, kind };
}
