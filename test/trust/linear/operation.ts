/** What can be asked of an order by a command. Amounts are minor units of EUR; without one it is all there is. */
export type Action =
  | { readonly kind: 'place'; readonly price: number }
  | { readonly kind: 'amend'; readonly price: number }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'fulfil' }
  | { readonly kind: 'note'; readonly note: string }
  | { readonly kind: 'authorize'; readonly amount?: number; readonly foreign?: true }
  | { readonly kind: 'capture'; readonly amount?: number; readonly final?: true; readonly foreign?: true }
  | { readonly kind: 'void' }
  | { readonly kind: 'refund'; readonly amount?: number; readonly foreign?: true }
  | { readonly kind: 'dispute'; readonly amount: number }
  | { readonly kind: 'resolve'; readonly amount: number; readonly outcome: 'won' | 'lost' };

export interface CommandRequest {
  readonly type: 'command';
  readonly subject: Subject;
  readonly key: string;
  readonly action: Action;
  readonly ifMatch?: number;
}

/** `order` and `payment` are read models and hold for a position; `history` and `revision` are read from the log itself. */
export interface ReadRequest {
  readonly type: 'read';
  readonly of: 'order' | 'payment' | 'history' | 'revision';
  readonly revision?: number;
  /** The position it must be at least as new as. */
  readonly atLeast?: number;
}

export const subjects = ['operator-a', 'operator-b'] as const;
export type Subject = (typeof subjects)[number];

/** What an answer says of an order, in words that can be compared. */
export interface Seen {
  readonly revision: number;
  /** Its sums of money. */
  readonly money?: string;
  /** Its status and its notes. */
  readonly rest?: string;
}

export interface Answer {
  readonly status: number;
  /** Why it was refused: the code of the rule, else the slug of the problem. */
  readonly code?: string;
  readonly etag?: number;
  readonly position?: number;
  readonly replayed: boolean;
  readonly seen?: Seen;
  /** The body to the byte. */
  readonly text: string;
}

/** One request on one order, from when it was sent to when all of its answer was there; in ms of one monotonic clock. */
export interface Operation<Request = CommandRequest | ReadRequest> {
  readonly number: number;
  readonly client: number;
  readonly request: Request;
  readonly invokedMs: number;
  /** Infinity where nobody knows what became of it: then it has no answer either. */
  readonly respondedMs: number;
  readonly answer?: Answer;
}

/** All that was asked of one order in one history. */
export interface OrderHistory {
  /** What its number in the run is, and its own among the orders of the history. */
  readonly name: string;
  readonly paidWhen: 'captured' | 'authorized';
  readonly operations: readonly Operation[];
}

export function isCommand(operation: Operation): operation is Operation<CommandRequest> {
  return operation.request.type === 'command';
}

export function isRead(operation: Operation): operation is Operation<ReadRequest> {
  return operation.request.type === 'read';
}

/** Of the order, or of all orders for what places one. */
const paths = {
  place: '',
  amend: '/lines',
  cancel: '/cancel',
  fulfil: '/fulfil',
  note: '/notes',
  authorize: '/payment/authorize',
  capture: '/payment/capture',
  void: '/payment/void',
  refund: '/payment/refund',
  dispute: '/payment/chargeback',
  resolve: '/payment/chargeback',
} as const satisfies Record<Action['kind'], string>;

export function pathOf({ kind }: Action): string {
  return paths[kind];
}

/** What a key belongs to: one caller, one path, one key. */
export function claimOf({ subject, action, key }: CommandRequest): string {
  return `${subject} ${pathOf(action)} ${key}`;
}

export function bodyOf(action: Action): object {
  switch (action.kind) {
    case 'place':
      return { currency: 'EUR', lines: linesOf(action.price) };
    case 'amend':
      return { lines: linesOf(action.price) };
    case 'cancel':
      return { reason: 'no longer wanted' };
    case 'note':
      return { note: action.note };
    case 'fulfil':
    case 'void':
      return {};
    case 'authorize':
      return { ...amountIn(action), method: { token: 'tok_visa' } };
    case 'capture':
      return { ...amountIn(action), ...(action.final && { final: true }) };
    case 'refund':
      return { ...amountIn(action), reason: 'broken cup' };
    case 'dispute':
      return { amount: action.amount, action: 'open' };
    case 'resolve':
      return { amount: action.amount, action: action.outcome };
  }
}

export function linesOf(price: number) {
  return [{ sku: 'tea-1', label: 'Green tea', kind: 'single', quantity: 1, unitPrice: price }] as const;
}

function amountIn({ amount, foreign }: { readonly amount?: number; readonly foreign?: true }): object {
  if (amount === undefined) return {};
  return { amount: foreign ? { amount, currency: 'USD' } : amount };
}
