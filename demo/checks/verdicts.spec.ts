import { describe, expect, it } from 'vitest';
import type { Answer } from '../client.ts';
import {
  judgeDouble,
  judgeLateRetry,
  judgeOutsider,
  judgeRace,
  judgeReadYourWrite,
  judgeRefusal,
} from './verdicts.ts';

describe('a double submit', () => {
  it('holds when all answers are alike and one of them is new', () => {
    expect(judgeDouble([granted(), replayed(), replayed()]).held).toBe(true);
  });

  it.each([
    ['two answers call themselves new', [granted(), granted(), replayed()]],
    ['no answer calls itself new', [replayed(), replayed()]],
    ['one byte of an answer differs', [granted(), replayed({ body: '{"revision":2}' })]],
    ['one attempt is refused', [granted(), refusal('capture-exceeds-authorized')]],
    ['it was sent only once', [granted()]],
  ])('does not hold when %s', (_, answers) => {
    expect(judgeDouble(answers).held).toBe(false);
  });
});

describe('a race', () => {
  const reasons = ['order-already-cancelled'];

  it('holds when one command goes through and the other is refused for a reason that fits', () => {
    expect(judgeRace([granted(), refusal('order-already-cancelled')], reasons).held).toBe(true);
  });

  it.each([
    ['both go through', [granted(), granted()]],
    ['neither goes through', [refusal('order-already-cancelled'), refusal('order-already-cancelled')]],
    ['the loser is told another reason', [granted(), refusal('order-not-paid')]],
  ])('does not hold when %s', (_, answers) => {
    expect(judgeRace(answers, reasons).held).toBe(false);
  });
});

describe('a refusal', () => {
  const expected = { status: 409, reason: 'order-not-paid' };

  it('holds with the status and the reason that were expected', () => {
    expect(judgeRefusal(refusal('order-not-paid'), expected).held).toBe(true);
  });

  it('is known by the kind of problem where the domain gives no code', () => {
    const body = '{"type":"https://order-ledger.dev/problems/idempotency-key-reused"}';
    const expectedReuse = { status: 422, reason: 'idempotency-key-reused' };
    expect(judgeRefusal(answer({ status: 422, body }), expectedReuse).held).toBe(true);
  });

  it.each([
    ['the command is granted', granted()],
    ['the reason is another', refusal('order-already-cancelled')],
    ['the status is another', { ...refusal('order-not-paid'), status: 422 }],
  ])('does not hold when %s', (_, given) => {
    expect(judgeRefusal(given, expected).held).toBe(false);
  });
});

describe('a late retry', () => {
  it('holds for a grant and for a refusal that come back to the byte, as replays', () => {
    expect(judgeLateRetry(granted(), replayed()).held).toBe(true);
    const refused = refusal('order-not-paid');
    expect(judgeLateRetry(refused, { ...refused, replayed: true }).held).toBe(true);
  });

  it.each([
    ['later changes have leaked into the answer', granted(), replayed({ body: '{"revision":9}' })],
    ['it was executed anew', granted(), granted()],
    ['what was refused is granted now', refusal('order-not-paid'), replayed()],
  ])('does not hold when %s', (_, first, again) => {
    expect(judgeLateRetry(first, again).held).toBe(false);
  });
});

describe('an outsider', () => {
  const nothing = answer({ status: 404, body: '{"detail":"There is no such order.","instance":"a"}' });

  it('is answered as for an order that does not exist, the request id apart', () => {
    const hidden = answer({ status: 404, body: '{"detail":"There is no such order.","instance":"b"}' });
    expect(judgeOutsider(hidden, nothing).held).toBe(true);
  });

  it.each([
    ['the order is shown', granted()],
    ['it is forbidden, which admits that there is one', answer({ status: 403, body: nothing.body })],
    ['the words differ', answer({ status: 404, body: '{"detail":"This is not your order."}' })],
  ])('does not hold when %s', (_, seen) => {
    expect(judgeOutsider(seen, nothing).held).toBe(false);
  });
});

describe('reading your write', () => {
  const write = granted({ revision: 4, body: '{"revision":4}' });

  it('holds when the write is there, or something newer', () => {
    expect(judgeReadYourWrite(write, write).held).toBe(true);
    expect(judgeReadYourWrite(write, granted({ revision: 5, body: '{"revision":5}' })).held).toBe(true);
  });

  it.each([
    ['the read is older', granted({ revision: 3 })],
    ['the read fails', answer({ status: 504, revision: 4, body: write.body })],
    ['the same revision reads differently', granted({ revision: 4, body: '{"revision":4,"status":"paid"}' })],
  ])('does not hold when %s', (_, read) => {
    expect(judgeReadYourWrite(write, read).held).toBe(false);
  });
});

function answer(given: Partial<Answer>): Answer {
  return { status: 200, body: '{"revision":1}', revision: 1, position: 7, replayed: false, ...given };
}

function granted(given: Partial<Answer> = {}): Answer {
  return answer(given);
}

function replayed(given: Partial<Answer> = {}): Answer {
  return answer({ replayed: true, ...given });
}

function refusal(code: string): Answer {
  return answer({ status: 409, body: JSON.stringify({ type: 'x/conflict', code }), revision: -1 });
}
