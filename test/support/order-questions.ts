import type { Instant } from '../../src/domain/kernel/instant.ts';
import { amountMax } from '../../src/domain/kernel/money.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import { ask, eur, linesOf, usd, whole } from './order-builders.ts';
import { expiresAt, tell } from './order-calls.ts';

/** Amounts that are nothing, little, all, too much, beyond counting and in another currency. */
const amounts = [undefined, 0, 1, 60, whole, whole + 1, amountMax, usd(1), usd(amountMax)];

/** New lines of which the total cannot be counted. */
export const linesBeyondCounting = [...linesOf(amountMax), ...linesOf(1)];

const operations = ['authorize', 'capture', 'void', 'refund'] as const;
const tooEarly = '2026-01-12T08:59:59.999Z' as Instant;

/** What a provider may say of every call there could be, in every size. */
const answers: readonly OrderCommand[] = operations.flatMap((operation) =>
  [1, 2, 3, 4, 5].flatMap((call) => [
    tell.approve(operation, call),
    tell.approve(operation, call, 60, { fee: eur(3), reference: 'ch-1', expiresAt }),
    tell.approve(operation, call, usd(whole)),
    tell.decline(operation, call),
    tell.fail(operation, call),
  ]),
);

/** Everything that can be asked of an order that exists, in every size. */
export const questions: readonly OrderCommand[] = [
  ask.amend(0),
  ask.amend(whole),
  ask.amend(amountMax),
  { type: 'AmendLines', lines: linesBeyondCounting },
  ask.cancel,
  ask.fulfil,
  ask.note,
  ask.void,
  ...[undefined, 0, 60, whole, usd(whole), amountMax].map(tell.authorize),
  ...answers,
  tell.expire(tooEarly),
  tell.expire(),
  tell.expiredEarly,
  tell.retry,
  ...[ask.authorize, ask.capture, ask.captureFinally, ask.refund, ask.dispute, ask.win, ask.lose].flatMap(
    (money) => amounts.map(money),
  ),
];
