import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectory } from './make-directory.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ledger-directory-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('what is missing is made for its owner alone, and what is there is left as it is', () => {
  const path = join(root, 'a', 'b');
  makeDirectory(path);
  makeDirectory(path);
  for (const made of [path, join(root, 'a')]) expect(statSync(made).mode & 0o777).toBe(0o700);
});

test.runIf(existsSync('/proc/self'))('where nothing can be made, that is said and not tried for ever', () => {
  expect(() => makeDirectory('/proc/ledger/data')).toThrow('ENOENT');
});
