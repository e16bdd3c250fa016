import type { OrderCommand, OrderCommandOf } from '../../../src/domain/order/commands.ts';
import { type Action, linesOf } from './operation.ts';

/** The action as the model of money takes it. */
export function commandOf(action: Action): OrderCommand {
  switch (action.kind) {
    case 'amend':
      return { type: 'AmendLines', lines: linesOf(action.price) as never };
    case 'cancel':
      return { type: 'CancelOrder', reason: 'any' };
    case 'fulfil':
      return { type: 'FulfilOrder' };
    case 'note':
      return { type: 'AddNote', note: action.note, addedBy: 'any' as OrderCommandOf<'AddNote'>['addedBy'] };
    case 'authorize':
      return { type: 'AuthorizePayment', ...amountOf(action), method: { token: 'any' } };
    case 'capture':
      return { type: 'CapturePayment', ...amountOf(action), ...(action.final && { final: true }) };
    case 'refund':
      return { type: 'RefundPayment', ...amountOf(action), reason: 'any' };
    case 'dispute':
      return { type: 'OpenDispute', amount: action.amount };
    case 'resolve':
      return { type: 'ResolveDispute', amount: action.amount, outcome: action.outcome };
    case 'void':
    case 'place':
      return { type: 'VoidPayment' };
  }
}

function amountOf({ amount, foreign }: { readonly amount?: number; readonly foreign?: true }) {
  if (amount === undefined) return {};
  return { amount: foreign ? ({ amount, currency: 'USD' } as const) : amount };
}
