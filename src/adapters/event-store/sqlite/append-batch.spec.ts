import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newEvents } from '../../../../test/support/new-events.ts';
import { DamagedData, OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { AppendResult } from '../../../ports/event-store.ts';
import { packAppends, packReply, unpackAppends, unpackReply } from './append-batch.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const append = fc.record({
  stream: text,
  expected: fc.integer({ min: -1 }),
  events: fc.array(fc.record({ eventId: text, type: text, data: text, metadata: text }), {
    minLength: 1,
    maxLength: 4,
  }),
});
const result = fc.oneof(
  fc.record({
    status: fc.constant('appended' as const),
    revision: fc.nat(),
    position: fc.maxSafeNat(),
    repeated: fc.boolean(),
  }),
  fc.record({ status: fc.constant('conflict' as const), actual: fc.integer({ min: -1 }) }),
);

test('appends arrive as they were sent', () => {
  fc.assert(
    fc.property(fc.array(append), (appends) => {
      const sent = structuredClone(packAppends(7, appends));
      expect(sent.number).toBe(7);
      expect(unpackAppends(sent)).toEqual(appends);
    }),
  );
});

test('answers arrive as they were given, each with its append', () => {
  fc.assert(
    fc.property(fc.array(fc.option(result)), (results) => {
      const settled = results.map(
        (each, index): PromiseSettledResult<AppendResult> =>
          each === null
            ? { status: 'rejected', reason: new OutcomeUnknown(`append ${index}`) }
            : { status: 'fulfilled', value: each },
      );
      const answers = unpackReply(structuredClone(packReply(7, settled)));
      expect(answers).toEqual(results.map((each, index) => each ?? new OutcomeUnknown(`append ${index}`)));
    }),
  );
});

test('a fault arrives as the fault it was', () => {
  const faults = [
    new StoreUnavailable('event store', 'disk full', 'Free space on the disk.'),
    new OutcomeUnknown('commit failed'),
    new DamagedData('no database'),
    new TypeError('a mistake'),
  ];
  const settled = faults.map((reason) => ({ status: 'rejected', reason }) as const);
  const answers = unpackReply(structuredClone(packReply(1, settled)));
  for (const [index, fault] of faults.entries()) {
    expect(answers[index]).toBeInstanceOf(index === 3 ? Error : fault.constructor);
    expect(answers[index]).toMatchObject({ name: fault.name, message: fault.message });
  }
  expect(answers[0]).toMatchObject({ dependency: 'event store', remedy: 'Free space on the disk.' });
});

test('what crosses is one text and one row of numbers', () => {
  const { text, figures } = packAppends(1, [
    { stream: 'order-a', expected: -1, events: newEvents(1, 2) },
    { stream: 'order-b', expected: 4, events: newEvents(3, 1) },
  ]);
  expect(text.startsWith('order-a00000000-0000')).toBe(true);
  expect(figures).toHaveLength(2 * 3 + 3 * 4);
  expect([...figures.slice(0, 4)]).toEqual([-1, 2, 7, 36]);
});
