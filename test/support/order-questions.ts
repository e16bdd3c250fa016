import { amountMax } from '../../src/domain/kernel/money.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import { ask, linesOf, usd, whole } from './order-builders.ts';

/** Amounts that are nothing, little, all, too much, beyond counting and in another currency. */
const amounts = [undefined, 0, 1, 60, whole, whole + 1, amountMax, usd(1), usd(amountMax)];

/** New lines of which the total cannot be counted. */
export const linesBeyondCounting = [...linesOf(amountMax), ...linesOf(1)];

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
  ...[ask.authorize, ask.capture, ask.captureFinally, ask.refund, ask.dispute, ask.win, ask.lose].flatMap(
    (money) => amounts.map(money),
  ),
];
