import { amountMax } from '../../src/domain/kernel/money.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import { was, whole } from './order-builders.ts';
import { providerHistories } from './order-provider-histories.ts';

const held = [was.placed(), was.authorized(whole)];
const capturedInFull = [...held, was.captured(whole), was.paid()];
const paidByHold = [was.placed(whole, { paidWhen: 'authorized' }), was.authorized(whole), was.paid()];
const fulfilledOnHold = [...paidByHold, was.fulfilled];
const handedOver = [...capturedInFull, was.fulfilled, was.completed()];
const notes = Array.from({ length: 100 }, () => was.noted);

/** Histories an order can really have, by what they lead to. */
export const histories = {
  nothing: [],
  'only a refusal': [was.refused],
  placed: [was.placed()],
  'placed for nothing': [was.placed(0)],
  'placed at the largest total': [was.placed(amountMax)],
  'amended to nothing': [was.placed(), was.amended(0)],
  'full of notes': [was.placed(), ...notes],
  'held in part': [was.placed(), was.authorized(60)],
  held,
  voided: [...held, was.voided(whole)],
  'captured in part': [...held, was.captured(60)],
  'captured in part, the rest released': [...held, was.captured(60), was.released(40)],
  'captured in part and refunded': [...held, was.captured(60), ...was.refunded(60)],
  'captured in part and disputed': [...held, was.captured(60), was.disputed(60)],
  paid: capturedInFull,
  'paid, noted and held up by nothing': [...capturedInFull, was.noted],
  'paid and refunded in part': [...capturedInFull, ...was.refunded(30)],
  'paid, a refund under way': [...capturedInFull, was.refunded(30)[0]],
  'paid and refunded': [...capturedInFull, ...was.refunded(whole)],
  'paid and disputed': [...capturedInFull, was.disputed(whole)],
  'paid and disputed in part': [...capturedInFull, was.disputed(30)],
  'paid, disputed and won': [...capturedInFull, was.disputed(whole), was.won(whole)],
  'paid, disputed and lost': [...capturedInFull, was.disputed(whole), was.lost(whole)],
  'paid by hold': paidByHold,
  'paid by hold, captured in part': [...paidByHold, was.captured(60)],
  'paid by hold, captured in part and refunded': [...paidByHold, was.captured(60), ...was.refunded(60)],
  'fulfilled on hold': fulfilledOnHold,
  'fulfilled on hold, captured in part': [...fulfilledOnHold, was.captured(60)],
  completed: handedOver,
  'completed for nothing': [was.placed(0), was.paid(0), was.fulfilled, was.completed(0)],
  'completed and refunded': [...handedOver, ...was.refunded(whole)],
  'completed and disputed': [...handedOver, was.disputed(40)],
  'completed, disputed and lost': [...handedOver, was.disputed(40), was.lost(40)],
  cancelled: [was.placed(), was.cancelled()],
  'cancelled with a hold': [...held, was.voided(whole), was.cancelled()],
  'cancelled after a refund': [...capturedInFull, ...was.refunded(whole), was.cancelled('paid')],
  'cancelled after a lost chargeback': [
    ...capturedInFull,
    was.disputed(whole),
    was.lost(whole),
    was.cancelled('paid'),
  ],
  ...providerHistories,
} as const satisfies Record<string, readonly OrderEvent[]>;
