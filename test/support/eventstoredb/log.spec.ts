import { describe, expect, it } from 'vitest';
import { EventLog, type LogRecord } from './log.ts';
import { deletedRevision } from './stream-metadata.ts';
import { systemEvent } from './system-events.ts';

const write = (log: EventLog, stream: string, count = 1) =>
  log.write(
    stream,
    Array.from({ length: count }, () => systemEvent('E', new Uint8Array(100))),
  );

const positionsOf = (log: EventLog) =>
  Array.from({ length: log.committed }, (_, index) => log.at(index)?.position ?? 0);

describe('the log of the double', () => {
  it('shows what is committed, and knows what is written', () => {
    const log = new EventLog();
    write(log, 's', 2);
    log.commit(1);
    write(log, 's');
    expect([log.length, log.committed]).toEqual([3, 1]);
    expect([log.writtenRevision('s'), log.committedRevision('s')]).toEqual([2, 0]);
    expect([log.at(0)?.revision, log.at(1)]).toEqual([0, undefined]);
  });

  it('finds every position at which an event begins, none inside one, and all that lie behind the end', () => {
    const log = new EventLog();
    for (let index = 0; index < 50; index++) write(log, `s-${index % 7}`, 1 + (index % 3));
    log.commit(log.length);
    write(log, 'uncommitted');
    const positions = positionsOf(log);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions.map((position) => log.indexAt(position))).toEqual(positions.map((_, index) => index));
    for (const position of positions.slice(1)) expect(log.indexAt(position - 1)).toBeUndefined();
    expect(log.indexAt(0)).toBe(0);
    expect(log.indexAt((positions.at(-1) ?? 0) + 1)).toBe(log.committed);
    expect(log.indexAt(Number.MAX_SAFE_INTEGER)).toBe(log.committed);
  });

  it('forgets what was not committed, as if it had never been written', () => {
    const log = new EventLog(() => 0);
    write(log, 'kept', 2);
    log.commit(log.length);
    const untouched = new EventLog(() => 0);
    write(untouched, 'kept', 2);
    write(log, 'kept', 3);
    write(log, 'new');
    log.writeTombstone('kept', 'id');
    expect(log.writtenRevision('kept')).toBe(deletedRevision);
    log.discardUncommitted();
    expect([log.writtenRevision('kept'), log.writtenRevision('new'), log.length]).toEqual([1, -1, 2]);
    expect(write(log, 'kept')?.position).toBe(write(untouched, 'kept')?.position);
  });

  it('tells those who follow of each record once, when it is committed', () => {
    const log = new EventLog();
    const told: LogRecord[] = [];
    const leave = log.follow((record) => told.push(record));
    write(log, 's', 3);
    log.commit(2);
    log.commit(2);
    log.commit(3);
    leave();
    write(log, 's');
    log.commit(4);
    expect(told.map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });
});
