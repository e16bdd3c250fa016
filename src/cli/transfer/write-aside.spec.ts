import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeAside } from './write-aside.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'write-aside-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('the file is there once it is whole, and nothing else', async () => {
  const file = join(directory, 'log.ndjson');
  const answer = await writeAside(file, async (path) => {
    writeFileSync(path, 'half');
    expect(readdirSync(directory)).toEqual(['log.ndjson.part']);
    writeFileSync(path, 'whole');
    return 7;
  });
  expect(answer).toBe(7);
  expect(readdirSync(directory)).toEqual(['log.ndjson']);
  expect(readFileSync(file, 'utf8')).toBe('whole');
});

test('what was there stays when writing fails', async () => {
  const file = join(directory, 'log.ndjson');
  writeFileSync(file, 'the last backup');
  const failing = writeAside(file, async (path) => {
    writeFileSync(path, 'half');
    throw new Error('disk full');
  });
  await expect(failing).rejects.toThrow('disk full');
  expect(readdirSync(directory)).toEqual(['log.ndjson']);
  expect(readFileSync(file, 'utf8')).toBe('the last backup');
});

test('a link stays a link, to the new file', async () => {
  const file = join(directory, 'log.ndjson');
  const link = join(directory, 'latest');
  writeFileSync(file, 'old');
  symlinkSync(file, link);
  await writeAside(link, async (path) => writeFileSync(path, 'new'));
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('new');
});

test('a pipe is written to as it is', async () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(await writeAside(pipe, async (path) => path)).toBe(pipe);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});
