import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newEvent, newEvents } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { foreignConnection, logOf, openedLog } from '../../../../test/support/store-sqlite.ts';
import { DamagedData, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';

describe('positions', () => {
  test('positions count all events from 1 without gaps, also after conflicts and restarts', async () => {
    const path = join(temporaryDirectory(), 'ledger.db');
    const first = openedLog(path);
    await first.append('order-a', noStream, newEvents(1, 2));
    await first.append('order-a', 7, newEvents(90, 2));
    await first.close();
    const second = openedLog(path);
    await second.append('order-b', noStream, newEvents(3, 2));
    expect((await logOf(second)).map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  });

  test('a position that does not fit a safe integer is an error, never another number', async () => {
    const path = join(temporaryDirectory(), 'ledger.db');
    const store = openedLog(path);
    await store.append('order-a', noStream, [newEvent(1)]);
    const beyond = 2n ** 53n + 1n;
    foreignConnection(path)
      .prepare("INSERT INTO events VALUES (?, 1, 1, 'x', 'OrderNoteAdded', '{}', '{}')")
      .run(beyond);
    await expect(logOf(store)).rejects.toThrow(/9007199254740993|out of range|too large/i);
    await expect(store.head()).rejects.toThrow(/9007199254740993|out of range|too large/i);
    await expect(store.append('order-b', noStream, [newEvent(2)])).rejects.toThrow();
  });
});

describe('where the log is', () => {
  test('a directory that is missing is made, for its owner alone', async () => {
    const path = join(temporaryDirectory(), 'data', 'deeper', 'ledger.db');
    await openedLog(path).append('order-a', noStream, [newEvent(1)]);
    expect(statSync(join(path, '..')).mode & 0o077).toBe(0);
  });

  test('the path of a directory is refused with what to do', () => {
    const path = join(temporaryDirectory(), 'ledger.db');
    mkdirSync(path);
    expect(refusalOf(() => openedLog(path)).remedy).toContain('Check that the path exists');
  });

  test('a path through a file is refused with what to do', () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    expect(refusalOf(() => openedLog(join(file, 'ledger.db'))).remedy).toContain(
      'Check that the path exists',
    );
  });

  test('a reader is told of a log that does not exist, and makes none', () => {
    const path = join(temporaryDirectory(), 'ledger.db');
    expect(refusalOf(() => openedLog(path, { readOnly: true })).message).toContain('does not exist');
    expect(existsSync(path)).toBe(false);
  });

  test('a file that is no database is damaged data', () => {
    const path = join(temporaryDirectory(), 'ledger.db');
    writeFileSync(path, 'This was a ledger once, and then somebody edited it by hand.'.repeat(200));
    expect(() => openedLog(path)).toThrow(DamagedData);
  });

  test('a log that was deleted is missed when it is opened again', async () => {
    const path = join(temporaryDirectory(), 'ledger.db');
    const store = openedLog(path);
    await store.append('order-a', noStream, [newEvent(1)]);
    await store.close();
    for (const part of ['', '-wal', '-shm']) rmSync(`${path}${part}`, { force: true });
    expect(() => openedLog(path)).toThrow(DamagedData);
  });
});

describe('where nobody may write', () => {
  test('a directory that cannot be written is refused at the start, with what to do', () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o555);
    const refused = refusalOf(() => withoutPrivileges(() => openedLog(join(directory, 'ledger.db'))));
    expect(refused.remedy).toContain('this user may read and write');
  });

  test('a file that cannot be written is refused at the start, with what to do', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'ledger.db');
    const store = openedLog(path);
    await store.append('order-a', noStream, [newEvent(1)]);
    await store.close();
    chmodSync(directory, 0o777);
    chmodSync(path, 0o444);
    const refused = refusalOf(() => withoutPrivileges(() => openedLog(path)));
    expect(refused.remedy).toContain('writable');
  });

  test('a reader reads beside a writer, and may not append', async () => {
    const path = join(temporaryDirectory(), 'ledger.db');
    const writer = openedLog(path);
    const reader = openedLog(path, { readOnly: true });
    await writer.append('order-a', noStream, newEvents(1, 2));
    expect(await logOf(reader)).toEqual(await logOf(writer));
    const refused = await reader.append('order-a', 1, [newEvent(3)]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect((refused as StoreUnavailable).remedy).toContain('command process');
  });
});

function refusalOf(open: () => unknown): StoreUnavailable {
  try {
    open();
  } catch (error) {
    if (error instanceof StoreUnavailable) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Runs it as a user who owns nothing, because the superuser may write everywhere. */
function withoutPrivileges<T>(run: () => T): T {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}
