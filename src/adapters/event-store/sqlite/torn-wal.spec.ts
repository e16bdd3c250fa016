import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newEvents, numberOf } from '../../../../test/support/new-events.ts';
import { eventually, temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { appendingProcess } from '../../../../test/support/store-processes.ts';
import { logOf, openedLog } from '../../../../test/support/store-sqlite.ts';
import { DamagedData } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';
import { openSqliteEventStore } from './sqlite-event-store.ts';

const headerBytes = 32;
const frameBytes = 24 + 4_096;

/** Numbers of the events in the log a power cut would have left: the file, and its write-ahead log cut off at `bytes`. */
async function afterCut(directory: string, copied: Copied, bytes: number): Promise<readonly number[]> {
  const path = join(directory, 'cut', 'ledger.db');
  rmSync(join(directory, 'cut'), { recursive: true, force: true });
  mkdirSync(join(directory, 'cut'));
  writeFileSync(path, copied.file);
  writeFileSync(`${path}-wal`, copied.wal.subarray(0, bytes));
  const store = openSqliteEventStore({ path });
  try {
    return (await logOf(store)).map(numberOf);
  } finally {
    await store.close();
  }
}

interface Copied {
  readonly file: Buffer;
  readonly wal: Buffer;
}

function copyOf(path: string): Copied {
  return { file: readFileSync(path), wal: readFileSync(`${path}-wal`) };
}

/** Around frame boundaries all over the log, and at places in between; the same ones in every run. */
function cuts(length: number, count: number): readonly number[] {
  const frames = Math.floor((length - headerBytes) / frameBytes);
  const places = new Set([0, 1, headerBytes - 1, headerBytes, headerBytes + 1, length - 1, length]);
  for (let index = 0; places.size < count; index++) {
    const boundary = headerBytes + Math.floor((index * frames * 4) / count) * frameBytes;
    for (const place of [boundary - 1, boundary, boundary + 1, boundary + ((index * 1_237) % frameBytes)])
      if (place <= length) places.add(place);
    if (index > count) break;
  }
  return [...places];
}

test('wherever the write-ahead log is cut, what opens is an exact prefix of whole appends', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'ledger.db');
  const store = openedLog(path);
  const ends = [0];
  for (let index = 0; index < 40; index++) {
    const events = newEvents(ends.at(-1) ?? 0, 1 + (index % 4));
    await store.append(`order-${index % 7}.${index}`, noStream, events);
    ends.push((ends.at(-1) ?? 0) + events.length);
  }
  const copied = copyOf(path);
  const all = Array.from({ length: ends.at(-1) ?? 0 }, (_, index) => index);
  const lengths = new Set<number>();
  for (const bytes of cuts(copied.wal.length, 200)) {
    const numbers = await afterCut(directory, copied, bytes);
    expect(numbers, `cut at byte ${bytes}`).toEqual(all.slice(0, numbers.length));
    expect(ends, `cut at byte ${bytes}`).toContain(numbers.length);
    lengths.add(numbers.length);
  }
  expect(await afterCut(directory, copied, copied.wal.length)).toEqual(all);
  expect(lengths.size).toBeGreaterThan(30);
});

test('a copy taken while another process appends opens to whole appends, with all it was told of before', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'ledger.db');
  const appending = appendingProcess(path, 10_000, 1_000_000);
  await appending.opened;
  for (let copies = 1; copies <= 5; copies++) {
    await eventually('more acknowledgements', () => appending.acknowledged.length > copies * 40);
    const told = [...appending.acknowledged];
    const numbers = new Set(await afterCut(directory, copyOf(path), Number.MAX_SAFE_INTEGER));
    for (const { first, count } of told)
      for (let number = first; number < first + count; number++) expect(numbers).toContain(number);
    for (const number of numbers) {
      const index = Math.floor((number - 10_000) / 3);
      for (let other = 0; other <= index % 3; other++) expect(numbers).toContain(10_000 + index * 3 + other);
    }
  }
  appending.kill();
  await appending.done;
});

test('a tail that was cut off and had been witnessed is missed', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'ledger.db');
  const store = openedLog(path);
  await store.append('order-a', noStream, newEvents(1, 3));
  const { wal } = copyOf(path);
  const cut = join(directory, 'cut.db');
  copyFileSync(path, cut);
  copyFileSync(`${path}-head`, `${cut}-head`);
  writeFileSync(`${cut}-wal`, wal.subarray(0, wal.length - 1));
  expect(() => openedLog(cut)).toThrow(DamagedData);
});
