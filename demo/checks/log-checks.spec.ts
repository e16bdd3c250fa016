import { describe, expect, it } from 'vitest';
import { Books, type Figure } from '../money.ts';
import { type Guarantee, guarantee, isKept } from './guarantee.ts';
import {
  booksOfLog,
  cutOffOnce,
  everyCommandOnce,
  gapless,
  type HistoryItem,
  moneyAgrees,
  movesOfStats,
  noTrace,
} from './log-checks.ts';

describe('a guarantee', () => {
  it('is kept when every trial held', () => {
    expect(isKept(guarantee('even', [2, 4], odd))).toBe(true);
  });

  it('is broken by one trial that did not hold, and says which', () => {
    const found = guarantee('even', [2, 3], odd);
    expect(found).toMatchObject({ tried: 2, held: 1, broken: ['3 is odd'] });
    expect(isKept(found)).toBe(false);
  });

  it('that was never tried is not kept', () => {
    expect(isKept(guarantee('even', [], odd))).toBe(false);
  });

  function odd(number: number): string | undefined {
    return number % 2 === 1 ? `${number} is odd` : undefined;
  }
});

describe('every command once', () => {
  it('holds when each answered key stands in the log under one command id, with however many events', () => {
    const history = [item(0, 'place'), item(1, 'capture'), item(2, 'capture')];
    expect(isKept(everyCommandOnce(['place', 'capture'], [history]))).toBe(true);
  });

  it.each<[string, Guarantee]>([
    ['an answered command is missing', everyCommandOnce(['place', 'capture'], [[item(0, 'place')]])],
    [
      'a command took effect twice',
      everyCommandOnce(['place'], [[item(0, 'place'), { ...item(1, 'place'), commandId: 'second' }]]),
    ],
    ['an event came from nobody', everyCommandOnce(['place'], [[item(0, 'place'), item(1, 'ghost')]])],
  ])('does not hold when %s', (_, found) => {
    expect(isKept(found)).toBe(false);
  });
});

describe('commands that were cut off', () => {
  const cutOff = {
    keys: new Set(['early', 'late', 'card']),
    traceless: new Set(['card']),
    killedAt: '2026-01-02T03:04:06.000Z',
  };
  const early = item(0, 'early');
  const late = { ...item(1, 'late'), recordedAt: '2026-01-02T03:04:07.000Z' };

  it('hold when each has taken effect once, or not at all where it must not, and tell which came before the kill', () => {
    const found = cutOffOnce(cutOff, [[early, late]]);
    expect(isKept(found)).toBe(true);
    expect(found).toMatchObject({ tried: 3, detail: '1 had been recorded' });
  });

  it.each<[string, readonly HistoryItem[]]>([
    ['one has been lost', [early]],
    ['one has taken effect twice', [early, late, { ...item(2, 'early'), commandId: 'again' }]],
    ['one that must not has taken effect', [early, late, item(2, 'card')]],
  ])('do not hold when %s', (_, history) => {
    expect(isKept(cutOffOnce(cutOff, [history]))).toBe(false);
  });
});

describe('requests turned away', () => {
  it('hold when none of them has left an event', () => {
    expect(isKept(noTrace(new Set(['card']), [[item(0, 'place')]]))).toBe(true);
  });

  it('do not hold when one has', () => {
    expect(isKept(noTrace(new Set(['card']), [[item(0, 'place'), item(1, 'card')]]))).toBe(false);
  });
});

describe('a gapless history', () => {
  it('counts its revisions from 0 and rises in the log', () => {
    expect(isKept(gapless([[item(0, 'a'), item(1, 'b')]]))).toBe(true);
  });

  it.each<[string, readonly HistoryItem[]]>([
    ['a revision is missing', [item(0, 'a'), item(2, 'b')]],
    ['the first is missing', [item(1, 'a')]],
    ['positions do not rise', [item(0, 'a'), { ...item(1, 'b'), position: 1 }]],
  ])('is not one when %s', (_, history) => {
    expect(isKept(gapless([history]))).toBe(false);
  });
});

describe('the money', () => {
  it('is read from the events: an open dispute that is lost is no longer open', () => {
    const books = booksOfLog([
      [
        { ...item(0, 'a'), type: 'PaymentCaptured', data: { amount: { amount: 900, currency: 'EUR' } } },
        { ...item(1, 'b'), type: 'ChargebackOpened', data: { amount: { amount: 300, currency: 'EUR' } } },
        { ...item(2, 'c'), type: 'ChargebackLost', data: { amount: { amount: 200, currency: 'EUR' } } },
      ],
    ]);
    expect(sumsOf(books)).toMatchObject({ captured: 900, 'in dispute': 100, 'charged back': 200 });
  });

  it('is read from the statistics in the same figures', () => {
    const books = new Books();
    const movements = [
      ['captured', 900],
      ['disputed', 300],
      ['dispute-lost', 200],
    ] as const;
    for (const [movement, amount] of movements) {
      for (const move of movesOfStats(movement, amount)) books.add('EUR', move);
    }
    expect(sumsOf(books)).toMatchObject({ captured: 900, 'in dispute': 100, 'charged back': 200 });
  });

  it('agrees when every source has the same sums', () => {
    const sources = new Map([
      ['asked', captured(500)],
      ['log', captured(500)],
    ]);
    expect(isKept(moneyAgrees(['EUR', 'JPY'], sources))).toBe(true);
  });

  it('does not agree when one source is a cent off, and says where', () => {
    const sources = new Map([
      ['asked', captured(500)],
      ['log', captured(501)],
    ]);
    expect(moneyAgrees(['EUR', 'JPY'], sources)).toMatchObject({
      tried: 12,
      held: 11,
      broken: ['captured EUR: asked 500, log 501'],
    });
  });

  it('is never summed beyond exact integers', () => {
    const books = captured(Number.MAX_SAFE_INTEGER);
    expect(() => books.add('EUR', { figure: 'captured', amount: 1 })).toThrow(RangeError);
  });
});

function captured(amount: number): Books {
  const books = new Books();
  books.add('EUR', { figure: 'captured', amount });
  return books;
}

function sumsOf(books: Books): Partial<Record<Figure, number>> {
  const asked: readonly Figure[] = ['captured', 'in dispute', 'charged back'];
  return Object.fromEntries(asked.map((figure) => [figure, books.sum('EUR', figure)]));
}

function item(revision: number, requestId: string): HistoryItem {
  return {
    revision,
    position: revision + 1,
    type: 'OrderNoteAdded',
    at: '2026-01-02T03:04:05.000Z',
    recordedAt: '2026-01-02T03:04:05.000Z',
    actor: 'front.desk',
    requestId,
    commandId: `command of ${requestId}`,
    data: {},
  };
}
