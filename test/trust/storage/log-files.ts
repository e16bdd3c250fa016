import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { witnessPathOf } from '../../../src/adapters/event-store/sqlite/log-writer.ts';

/** The files of a log at one moment. */
export interface Image {
  readonly database: Buffer;
  /** Write-ahead log, where the log was not closed. */
  readonly wal?: Buffer | undefined;
  /** The witness of its end. */
  readonly head?: Buffer | undefined;
}

/** One place in which log after log is put and opened. */
export interface LogPlace {
  readonly path: string;
  /** Makes these the files of the log, and nothing else. Nobody may have it open. */
  put(image: Image): void;
  /** The files as they are now. */
  image(): Image;
  remove(): void;
}

/** In memory where the machine has a file system for it: nothing here is about how long a disk takes. */
export function makeLogPlace(): LogPlace {
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const directory = mkdtempSync(join(base, 'ledger-storage-'));
  const path = join(directory, 'ledger.db');
  const parts = { wal: `${path}-wal`, head: witnessPathOf(path) };
  return {
    path,
    put(image) {
      // A new file each time: SQLite tells files apart by their inode.
      for (const file of [path, parts.wal, parts.head, `${path}-shm`]) rmSync(file, { force: true });
      writeFileSync(path, image.database);
      if (image.wal !== undefined) writeFileSync(parts.wal, image.wal);
      if (image.head !== undefined) writeFileSync(parts.head, image.head);
    },
    image: () => ({ database: readFileSync(path), wal: ifThere(parts.wal), head: ifThere(parts.head) }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function ifThere(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}
