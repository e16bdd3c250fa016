import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numberOf } from '../../../../test/support/new-events.ts';
import { eventually, temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { type AppendingProcess, appendingProcess } from '../../../../test/support/store-processes.ts';
import { defectsOf, logOf, openedLog } from '../../../../test/support/store-sqlite.ts';
import type { RecordedEvent } from '../../../ports/event-store.ts';

const appends = 240;

test('two processes append to one file: one order, nothing lost, nothing double, the bell rings here too', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  let heard = 0;
  store.onAppended(() => {
    store.head().then((head) => {
      heard = Math.max(heard, head);
    }, failed);
  });
  const processes = [appendingProcess(path, 10_000, appends), appendingProcess(path, 20_000, appends)];
  await Promise.all(processes.map(({ done }) => done));
  const end = await store.head();
  await eventually('a ring after the last append', () => heard === end);

  const log = await logOf(store);
  expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
  expectRevisionsWithoutGaps(log);
  for (const { acknowledged } of processes) expect(acknowledged).toHaveLength(appends);
  const told = processes.flatMap(({ acknowledged }) => acknowledged);
  expect(log).toHaveLength(told.reduce((sum, { count }) => sum + count, 0));
  expect(new Set(log.map(numberOf)).size).toBe(log.length);
  expectEveryAcknowledgement(log, processes);
  expect(await defectsOf(store)).toEqual([]);
});

test('a process that is killed in the middle of appending leaves whole appends, and none it was told of is lost', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const killed = appendingProcess(path, 10_000, 1_000_000);
  await killed.opened;
  const survivor = appendingProcess(path, 5_000_000, 60);
  await eventually('some acknowledgements', () => killed.acknowledged.length > 100);
  killed.kill();
  await Promise.all([killed.done, survivor.done]);

  const store = openedLog(path);
  const log = await logOf(store);
  expect(survivor.acknowledged).toHaveLength(60);
  expectEveryAcknowledgement(log, [killed, survivor]);
  expectRevisionsWithoutGaps(log);
  expect(new Set(log.map(numberOf)).size).toBe(log.length);
  expect(await defectsOf(store)).toEqual([]);
});

function failed(error: unknown): void {
  expect(error).toBeUndefined();
}

/** Every append a process was told of is in the log: whole, together, where it was told. */
function expectEveryAcknowledgement(
  log: readonly RecordedEvent[],
  processes: readonly AppendingProcess[],
): void {
  for (const { acknowledged } of processes) {
    for (const { first, count, position } of acknowledged) {
      const there = log.slice(position - count, position);
      expect(there.map(numberOf)).toEqual(Array.from({ length: count }, (_, index) => first + index));
    }
  }
}

function expectRevisionsWithoutGaps(log: readonly RecordedEvent[]): void {
  const next = new Map<string, number>();
  for (const { stream, revision } of log) {
    expect(revision).toBe(next.get(stream) ?? 0);
    next.set(stream, revision + 1);
  }
}
