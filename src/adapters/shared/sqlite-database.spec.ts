import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../../test/support/store-directory.ts';
import { foreignConnection } from '../../../test/support/store-sqlite.ts';
import { DamagedData, OutcomeUnknown, StoreUnavailable } from '../../domain/kernel/faults.ts';
import { asFault, closeDatabase, commitFault, openDatabase, rollBack } from './sqlite-database.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('from SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });
}

test.each([
  { errcode: 5, remedy: 'Another process holds the file' },
  { errcode: 517, remedy: 'Another process holds the file' },
  { errcode: 8, remedy: 'writable' },
  { errcode: 10, remedy: 'Check the disk' },
  { errcode: 13, remedy: 'Free space' },
  { errcode: 14, remedy: 'Check that the path exists' },
])('result code $errcode is an unavailable store with the remedy: $remedy', ({ errcode, remedy }) => {
  const fault = asFault('event store', sqliteError(errcode));
  expect(fault).toBeInstanceOf(StoreUnavailable);
  expect(fault).toMatchObject({ dependency: 'event store', remedy: expect.stringContaining(remedy) });
});

test.each([11, 26, 267])('result code %d is damaged data', (errcode) => {
  expect(asFault('event store', sqliteError(errcode))).toBeInstanceOf(DamagedData);
});

test.each([1, 19, 20])('result code %d is a mistake of the program and passes as it is', (errcode) => {
  const error = sqliteError(errcode);
  expect(asFault('event store', error)).toBe(error);
});

test('what is already a fault passes as it is', () => {
  for (const fault of [new StoreUnavailable('read model', 'down', 'Wait.'), new DamagedData('cut')])
    expect(asFault('event store', fault)).toBe(fault);
});

test('a commit that failed on the disk may have happened; one that was refused has not', () => {
  expect(commitFault('event store', sqliteError(10))).toBeInstanceOf(OutcomeUnknown);
  expect(commitFault('event store', sqliteError(1_034))).toBeInstanceOf(OutcomeUnknown);
  expect(commitFault('event store', sqliteError(13))).toBeInstanceOf(StoreUnavailable);
});

test('a log that must be durable syncs every commit; both wait for others', () => {
  const path = join(temporaryDirectory(), 'a.db');
  const database = openDatabase(path, { dependency: 'event store' });
  onTestFinished(() => closeDatabase(database));
  expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(database.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 5_000 });
});

test('the files and their directory are for their owner alone', () => {
  const directory = join(temporaryDirectory(), 'data');
  const database = openDatabase(join(directory, 'a.db'), { dependency: 'key store' });
  onTestFinished(() => closeDatabase(database));
  database.exec('CREATE TABLE secrets (secret TEXT)');
  const rights = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect(rights(directory)).toBe('700');
  expect(readdirSync(directory)).toContain('a.db-wal');
  for (const file of readdirSync(directory)) expect(rights(join(directory, file)), file).toBe('600');
});

test('a file another process is writing to can be opened, and stays as it is', () => {
  const path = join(temporaryDirectory(), 'a.db');
  const other = foreignConnection(path);
  other.exec('PRAGMA journal_mode = WAL; PRAGMA user_version = 7; BEGIN IMMEDIATE');
  const database = openDatabase(path, { dependency: 'event store', busyTimeoutMs: 10 });
  onTestFinished(() => closeDatabase(database));
  other.exec('COMMIT');
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 });
});

test('closing and rolling back can be done twice', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('BEGIN');
  rollBack(database);
  rollBack(database);
  closeDatabase(database);
  closeDatabase(database);
  expect(database.isOpen).toBe(false);
});
