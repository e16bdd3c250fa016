import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/http-manual-clock.ts';
import { OutcomeUnknown } from '../domain/kernel/faults.ts';
import { answerInTime, answerMsMax } from './answer-in-time.ts';
import type { CommandOutcome, HandleCommand } from './command.ts';

const outcome: CommandOutcome = { kind: 'revision-mismatch', actual: 1 };
const envelope = {} as Parameters<HandleCommand<{ readonly type: string }, object>>[0];

/** A handler whose one command ends when it is told to. */
function given() {
  const clock = createManualClock();
  const landing = Promise.withResolvers<CommandOutcome>();
  let calls = 0;
  const handle = answerInTime<{ readonly type: string }, object>(() => {
    calls += 1;
    return landing.promise;
  }, clock);
  return { clock, landing, handle: () => handle(envelope), calls: () => calls };
}

test('an outcome in time is answered as it is, and so is a fault', async () => {
  const { handle, landing } = given();
  const answered = handle();
  landing.resolve(outcome);
  expect(await answered).toBe(outcome);

  const failing = given();
  const failed = failing.handle();
  failing.landing.reject(new Error('no'));
  await expect(failed).rejects.toThrow('no');
});

test('one that takes too long is unknown and not failed; it goes on, and its end is nobody’s surprise', async () => {
  const { handle, landing, clock, calls } = given();
  const answered = handle().catch((error: unknown) => error);
  await clock.pass(answerMsMax);
  expect(await answered).toBeInstanceOf(OutcomeUnknown);
  landing.reject(new Error('too late'));
  await clock.pass(10);
  expect(calls()).toBe(1);
});
