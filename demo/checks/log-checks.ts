import { Books, type Figure, figures, type Move } from '../money.ts';
import { type Guarantee, guarantee } from './guarantee.ts';

/** An event as the history of an order shows it. */
export interface HistoryItem {
  readonly revision: number;
  readonly position: number;
  readonly type: string;
  readonly at: string;
  readonly recordedAt: string;
  readonly actor: string;
  readonly requestId: string;
  readonly commandId: string;
  readonly data: {
    readonly amount?: { readonly amount: number; readonly currency: string };
    readonly code?: string;
  };
}

/**
 * Every command that was answered is in the log under one command id, and no command is there that was not: held
 * against the request ids, which the client made equal to its keys.
 */
export function everyCommandOnce(
  answeredKeys: readonly string[],
  histories: readonly (readonly HistoryItem[])[],
): Guarantee {
  const commandIds = new Map<string, Set<string>>();
  for (const { requestId, commandId } of histories.flat()) {
    commandIds.set(requestId, (commandIds.get(requestId) ?? new Set()).add(commandId));
  }
  const answered = new Set(answeredKeys);
  const keys = [...new Set([...answered, ...commandIds.keys()])];
  return guarantee('Every answered command is in the log once, and nothing else is', keys, (key) => {
    const times = commandIds.get(key)?.size ?? 0;
    if (times === 1 && answered.has(key)) return undefined;
    return answered.has(key) ? `${key} is there ${times} times` : `${key} is there and was never answered`;
  });
}

interface CutOff {
  /** Keys of commands that were under way when the server was killed. */
  readonly keys: ReadonlySet<string>;
  /** Those of them that must not have any effect, cut off or not. */
  readonly traceless: ReadonlySet<string>;
  readonly killedAt: string;
}

/** Commands the kill cut off: sent again, each has taken effect once, whether its first attempt was recorded or not. */
export function cutOffOnce(
  { keys, traceless, killedAt }: CutOff,
  histories: readonly (readonly HistoryItem[])[],
): Guarantee {
  const events = Map.groupBy(histories.flat(), ({ requestId }) => requestId);
  const recorded = [...keys].filter((key) =>
    events.get(key)?.some(({ recordedAt }) => recordedAt <= killedAt),
  );
  return guarantee(
    'Cut off by SIGKILL, sent again: one effect each',
    [...keys],
    (key) => {
      const times = new Set(events.get(key)?.map(({ commandId }) => commandId)).size;
      return times === (traceless.has(key) ? 0 : 1) ? undefined : `${key} took effect ${times} times`;
    },
    `${recorded.length} had been recorded`,
  );
}

/** Requests that were turned away at the door have left nothing. */
export function noTrace(
  keys: ReadonlySet<string>,
  histories: readonly (readonly HistoryItem[])[],
): Guarantee {
  const recorded = new Set(histories.flat().map(({ requestId }) => requestId));
  return guarantee('Requests turned away at the door have left no event', [...keys], (key) =>
    recorded.has(key) ? `${key} has left an event` : undefined,
  );
}

/** Revisions of each order count from 0 without a gap, and positions rise along with them. */
export function gapless(histories: readonly (readonly HistoryItem[])[]): Guarantee {
  return guarantee('Every history is gapless', histories, (items) => {
    const index = items.findIndex(
      ({ revision, position }, at) => revision !== at || position <= (items[at - 1]?.position ?? 0),
    );
    return index < 0 ? undefined : `revision ${index} of the order that began with ${items[0]?.requestId}`;
  });
}

const meaning: Readonly<Record<string, readonly (readonly [Figure, 1 | -1])[]>> = {
  PaymentAuthorized: [['authorized', 1]],
  PaymentCaptured: [['captured', 1]],
  PaymentVoided: [['voided', 1]],
  AuthorizationReleased: [['voided', 1]],
  RefundSettled: [['refunded', 1]],
  ChargebackOpened: [['in dispute', 1]],
  ChargebackWon: [['in dispute', -1]],
  ChargebackLost: [
    ['in dispute', -1],
    ['charged back', 1],
  ],
};

/** The money as the events tell it. */
export function booksOfLog(histories: readonly (readonly HistoryItem[])[]): Books {
  const books = new Books();
  for (const { type, data } of histories.flat()) {
    const { amount } = data;
    if (amount === undefined) continue;
    for (const [figure, sign] of meaning[type] ?? []) {
      books.add(amount.currency, { figure, amount: sign * amount.amount });
    }
  }
  return books;
}

/** Every figure in every currency, the same wherever it is asked for. The first of the books is the demo's own. */
export function moneyAgrees(currencies: readonly string[], sources: ReadonlyMap<string, Books>): Guarantee {
  const cells = currencies.flatMap((currency) => figures.map((figure) => ({ currency, figure })));
  const names = [...sources.keys()].join(' = ');
  return guarantee(`Money: ${names}`, cells, ({ currency, figure }) => {
    const sums = [...sources].map(([name, books]) => [name, books.sum(currency, figure)] as const);
    if (new Set(sums.map(([, sum]) => sum)).size === 1) return undefined;
    return `${figure} ${currency}: ${sums.map(([name, sum]) => `${name} ${sum}`).join(', ')}`;
  });
}

/** What is moved in the words of the read model, as moves of the demo. */
export function movesOfStats(movement: string, amount: number): readonly Move[] {
  const known: Readonly<Record<string, readonly Move[]>> = {
    authorized: [{ figure: 'authorized', amount }],
    captured: [{ figure: 'captured', amount }],
    voided: [{ figure: 'voided', amount }],
    refunded: [{ figure: 'refunded', amount }],
    disputed: [{ figure: 'in dispute', amount }],
    'dispute-won': [{ figure: 'in dispute', amount: -amount }],
    'dispute-lost': [
      { figure: 'in dispute', amount: -amount },
      { figure: 'charged back', amount },
    ],
  };
  return known[movement] ?? [];
}
