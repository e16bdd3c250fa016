import { expect, test } from 'vitest';
import { DamagedData, OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { AppendReply } from './append-reply.ts';
import { onceMore } from './batch-appender.ts';
import type { Pending } from './batch-stream.ts';

/** An append that was sent to a node that then stopped leading, and what whoever waits for it hears. */
function sentOnce() {
  const heard: unknown[] = [];
  const pending: Pending = {
    append: { stream: 'order-1', expected: -1, events: [] },
    dueMs: 0,
    isSecondTime: false,
    heardBefore: 0,
    resolve: (reply: AppendReply) => heard.push(reply),
    reject: (error: unknown) => heard.push(error),
  };
  return { heard, again: onceMore(pending) };
}

test('what may have been recorded by a leader that was is not called failed when the next one cannot be reached', () => {
  const { heard, again } = sentOnce();
  again.reject(new StoreUnavailable('event store', 'connection refused', 'Try again.'));
  expect(heard).toEqual([expect.any(OutcomeUnknown)]);
});

test('nor when the next one refuses to look at it', () => {
  const { heard, again } = sentOnce();
  again.resolve({ kind: 'refused', name: 'Empty', message: 'Server Is Not Ready' });
  expect(heard).toEqual([expect.any(OutcomeUnknown)]);
});

test('a success, a conflict and damage are what they are', () => {
  const { heard, again } = sentOnce();
  const answers = [
    { kind: 'appended', revision: 0, position: 7 },
    { kind: 'conflict', actual: 3 },
  ] as const;
  for (const answer of answers) again.resolve(answer);
  const damage = new DamagedData('gap');
  again.reject(damage);
  expect(heard).toEqual([...answers, damage]);
  expect(again.isSecondTime).toBe(true);
});
