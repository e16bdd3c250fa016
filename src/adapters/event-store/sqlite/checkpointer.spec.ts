import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import {
  closedAfterwards,
  eventually,
  temporaryDirectory,
} from '../../../../test/support/store-directory.ts';
import { foreignConnection } from '../../../../test/support/store-sqlite.ts';
import { closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { Checkpointer } from './checkpointer.ts';

const megabyte = 1_024 * 1_024;

function openTable(): { path: string; database: DatabaseSync } {
  const path = join(temporaryDirectory(), 'ledger.db');
  const database = openDatabase(path, { dependency: 'event store', walPages: 0 });
  onTestFinished(() => closeDatabase(database));
  database.exec('CREATE TABLE texts (text TEXT)');
  return { path, database };
}

/** Rows in the file alone, without its write-ahead log. */
function rowsInFile(path: string): number {
  copyFileSync(path, `${path}.copy`);
  const copy = foreignConnection(`${path}.copy`);
  try {
    return Number(copy.prepare('SELECT count(*) AS rows FROM texts').get()?.['rows']);
  } catch {
    return 0;
  } finally {
    copy.close();
  }
}

function write(database: DatabaseSync, rows: number): void {
  const insert = database.prepare('INSERT INTO texts VALUES (?)');
  database.exec('BEGIN');
  for (let row = 0; row < rows; row++) insert.run('x'.repeat(4_000));
  database.exec('COMMIT');
}

test('after enough was appended the log is folded into the file, by another thread', async () => {
  const { path, database } = openTable();
  const checkpointer = closedAfterwards(new Checkpointer(path));
  write(database, 100);
  checkpointer.appended(16 * megabyte - 1);
  expect(rowsInFile(path)).toBe(0);
  checkpointer.appended(1);
  await eventually('the rows in the file', () => rowsInFile(path) === 100);
});

test('the log starts over instead of growing', async () => {
  const { path, database } = openTable();
  const checkpointer = closedAfterwards(new Checkpointer(path));
  const wal = () => statSync(`${path}-wal`).size;
  write(database, 200);
  const first = wal();
  for (let round = 2; round < 8; round++) {
    await eventually('the next checkpoint', () => {
      checkpointer.appended(16 * megabyte);
      return rowsInFile(path) === (round - 1) * 200;
    });
    write(database, 200);
  }
  expect(wal()).toBeLessThan(first * 3);
});

test('closing waits for the thread to end, also right after it was started, and twice', async () => {
  const { path, database } = openTable();
  write(database, 10);
  const checkpointer = new Checkpointer(path);
  checkpointer.appended(17 * megabyte);
  await checkpointer.close();
  expect(rowsInFile(path)).toBe(10);
  await expect(checkpointer.close()).resolves.toBeUndefined();
});

test('a log that never grew long has no thread to end', async () => {
  const checkpointer = new Checkpointer(join(temporaryDirectory(), 'nowhere', 'ledger.db'));
  checkpointer.appended(1);
  await expect(checkpointer.close()).resolves.toBeUndefined();
});

test('a reader that stays long keeps nobody from writing for long', async () => {
  const { path, database } = openTable();
  const checkpointer = closedAfterwards(new Checkpointer(path));
  write(database, 100);
  const reader = foreignConnection(path);
  reader.exec('BEGIN');
  expect(reader.prepare('SELECT count(*) AS rows FROM texts').get()).toEqual({ rows: 100 });
  write(database, 100);
  checkpointer.appended(16 * megabyte);
  const writer = foreignConnection(path);
  const until = performance.now() + 1_000;
  while (performance.now() < until) {
    expect(() => writer.exec('BEGIN IMMEDIATE; ROLLBACK')).not.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

test('a thread that fails while it is waited for to end has ended', async () => {
  const { path } = openTable();
  const checkpointer = new Checkpointer(join(path, 'not-a-directory', 'ledger.db'));
  checkpointer.appended(17 * megabyte);
  await expect(checkpointer.close()).resolves.toBeUndefined();
});
