import { describe, expect, it } from 'vitest';
import { explain, shrink } from './explain.ts';
import { judgeHistory, textsThatDiffer } from './judge.ts';
import type { Action, Answer, Operation, ReadRequest } from './operation.ts';
import { moneyWords, restWords } from './order-model.ts';

type Step = Omit<Operation, 'number'>;

const none = {
  payable: 1_000,
  authorized: 0,
  captured: 0,
  voided: 0,
  refunded: 0,
  disputed: 0,
  chargedBack: 0,
};
const whole = { ...none, authorized: 1_000 };
const paid = { ...whole, captured: 1_000 };

const done = (revision: number, sums = none, status = 'pending', more: Partial<Answer> = {}): Answer => ({
  ...{ status: 200, etag: revision, position: revision + 1, replayed: false, text: `order at ${revision}` },
  seen: { revision, money: moneyWords(sums), rest: restWords(status, []) },
  ...more,
});
const refused = (code: string, more: Partial<Answer> = {}): Answer => ({
  ...{ status: 409, code, replayed: false, text: code },
  ...more,
});

/** From one moment to another, in ms; without the second nobody has heard how it ended. */
type When = readonly [number, number?];

function asks(
  [invokedMs, respondedMs = Number.POSITIVE_INFINITY]: When,
  action: Action,
  asked: { readonly key: string; readonly ifMatch?: number },
  answer?: Answer,
): Step {
  const request = { type: 'command', subject: 'operator-a', action, ...asked } as const;
  return { client: 0, request, invokedMs, respondedMs, ...(answer && { answer }) };
}

function reads([invokedMs, respondedMs = 0]: When, asked: Omit<ReadRequest, 'type'>, answer: Answer): Step {
  return { client: 0, request: { type: 'read', ...asked }, invokedMs, respondedMs, answer };
}

function historyOf(steps: readonly Step[]) {
  const operations = steps.map((each, number) => ({ ...each, number }));
  return { name: 'by hand', paidWhen: 'captured' as const, operations };
}

const authorize: Action = { kind: 'authorize' };
const capture: Action = { kind: 'capture' };
const placed = asks(
  [0, 1],
  { kind: 'place', price: 1_000 },
  { key: 'p' },
  done(0, none, 'pending', { status: 201 }),
);
const authorized = asks([2, 3], authorize, { key: 'a' }, done(1, whole));
const captured = asks([4, 9], capture, { key: 'c1' }, done(3, paid, 'paid'));
const before = [placed, authorized, captured];
const refusedEarly = asks([1.5, 3], capture, { key: 'c' }, refused('payment-not-authorized'));
const authorizedLater = asks([2, 3], authorize, { key: 'a' }, done(2, whole));
const unheard = asks([4], capture, { key: 'c' });
const logAt = (revision: number): Answer => ({ ...done(revision), seen: { revision } });
const paymentAt = (revision: number, sums: typeof none): Answer => ({
  ...done(revision, sums),
  seen: { revision, money: moneyWords(sums) },
});

describe('answers that one order could have given', () => {
  it.each<[string, readonly Step[]]>([
    ['one after the other', before],
    [
      'two captures of the whole at one time, of which one is refused',
      [...before, asks([4, 9], capture, { key: 'c2' }, refused('capture-exceeds-authorized'))],
    ],
    ['a refusal that comes before what would have allowed it', [placed, refusedEarly, authorizedLater]],
    [
      'a key sent twice at one time, answered once and repeated once',
      [...before, asks([5, 8], capture, { key: 'c1' }, done(3, paid, 'paid', { replayed: true }))],
    ],
    [
      'a capture nobody heard of, found done later',
      [placed, authorized, unheard, reads([20, 21], { of: 'order' }, done(3, paid, 'paid'))],
    ],
    [
      'a capture nobody heard of, never done',
      [placed, authorized, unheard, reads([20, 21], { of: 'history' }, logAt(1))],
    ],
    [
      'a read model that is behind, where nobody asked for more',
      [...before, reads([20, 21], { of: 'order' }, done(1, whole))],
    ],
    [
      'an If-Match that somebody was faster than',
      [
        ...before,
        asks(
          [10, 11],
          { kind: 'void' },
          { key: 'v', ifMatch: 1 },
          refused('revision-mismatch', { status: 412, etag: 3 }),
        ),
      ],
    ],
  ])('%s', (_what, steps) => {
    expect(judgeHistory(historyOf(steps)).kind).toBe('linearizable');
  });
});

describe('answers that no order could have given', () => {
  it.each<[string, readonly Step[]]>([
    [
      'two captures of the whole, both accepted',
      [...before, asks([4, 9], capture, { key: 'c2' }, done(4, paid, 'paid'))],
    ],
    [
      'a refusal for a reason that was not there',
      [...before, asks([10, 11], capture, { key: 'c2' }, refused('order-already-cancelled'))],
    ],
    [
      'a refusal by what was no longer so when it was asked',
      [placed, authorized, asks([4, 5], capture, { key: 'c' }, refused('payment-not-authorized'))],
    ],
    ['a capture that left no trace in the log', [...before, reads([10, 11], { of: 'history' }, logAt(1))]],
    [
      'a read older than the position it asked for',
      [...before, reads([10, 11], { of: 'order', atLeast: 4 }, done(1, whole, 'pending', { position: 4 }))],
    ],
    [
      'a read that says a position and answers what was before',
      [...before, reads([10, 11], { of: 'order' }, done(1, whole, 'pending', { position: 4 }))],
    ],
    [
      'a read model that goes back for one caller',
      [
        ...before,
        reads([10, 11], { of: 'payment' }, paymentAt(3, paid)),
        reads([12, 13], { of: 'payment' }, paymentAt(1, whole)),
      ],
    ],
    [
      'a read of a capture before it was asked for',
      [placed, authorized, reads([3.2, 3.5], { of: 'order' }, done(3, paid, 'paid')), captured],
    ],
    [
      'a key that is answered as new twice',
      [...before, asks([10, 11], capture, { key: 'c1' }, done(4, paid, 'paid'))],
    ],
    [
      'a refused key that is accepted later',
      [placed, refusedEarly, authorizedLater, asks([4, 5], capture, { key: 'c' }, done(4, paid, 'paid'))],
    ],
    [
      'a key that answers another request',
      [
        ...before,
        asks(
          [10, 11],
          { kind: 'capture', amount: 5 },
          { key: 'c1' },
          done(3, paid, 'paid', { replayed: true }),
        ),
      ],
    ],
    [
      'an If-Match that was not looked at',
      [placed, authorized, asks([4, 9], capture, { key: 'c', ifMatch: 0 }, done(3, paid, 'paid'))],
    ],
    ['an ETag that skips a revision', [placed, authorizedLater]],
  ])('%s', (_what, steps) => {
    expect(judgeHistory(historyOf(steps)).kind).toBe('not-linearizable');
  });
});

describe('the explanation of a contradiction', () => {
  const twice = [
    ...before,
    asks([4, 9.5], capture, { key: 'c2' }, done(4, paid, 'paid')),
    asks([10, 11], { kind: 'note', note: 'n' }, { key: 'n' }, done(5, paid, 'paid')),
    reads([12, 13], { of: 'order' }, done(1, whole)),
  ];

  it('keeps only answers that contradict each other whatever became of the rest', () => {
    const small = shrink(historyOf(twice));
    expect(judgeHistory(small).kind).toBe('not-linearizable');
    expect(small.operations.length).toBeLessThan(twice.length);
    const kept = small.operations.filter(({ answer }) => answer !== undefined);
    for (const { number } of kept) {
      const operations = small.operations.map((each) => (each.number === number ? unheardOf(each) : each));
      expect(judgeHistory({ ...small, operations }).kind).toBe('linearizable');
    }
  });

  it('tells how far it goes, and what should have been answered', () => {
    expect(explain(historyOf(twice))).toMatch(
      /not-linearizable[\s\S]*as far as it goes[\s\S]*would be answered/,
    );
  });

  function unheardOf({ answer: _, ...rest }: Operation): Operation {
    return { ...rest, respondedMs: Number.POSITIVE_INFINITY };
  }
});

describe('what is answered to the byte', () => {
  const again = (text: string) =>
    asks([10, 11], capture, { key: 'c1' }, done(3, paid, 'paid', { replayed: true, text }));
  const no = (text: string) => asks([10, 11], capture, { key: 'c2' }, refused('nothing-to-refund', { text }));

  it('is one text at one revision', () => {
    expect(textsThatDiffer(historyOf([...before, again('order at 3')]))).toEqual([]);
    expect(textsThatDiffer(historyOf([...before, again('order at  3')]))).toHaveLength(1);
  });

  it('is one text for one key that was refused', () => {
    expect(textsThatDiffer(historyOf([no('a'), no('a')]))).toEqual([]);
    expect(textsThatDiffer(historyOf([no('a'), no('b')]))).toHaveLength(1);
  });
});
