import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isKept } from './checks/guarantee.ts';
import { searchDisk } from './disk-check.ts';

const wanted = { cardNumber: '4000056655665556', notes: ['Ring twice.'], control: 'OrderPlaced' };

describe('searching the disk', () => {
  let directory = '';

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ledger-disk-check-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('holds when neither a card number nor a note is there', () => {
    given({ 'ledger.db': '…OrderPlaced…', 'read.db': 'Ring twice.' });
    expect(searchDisk(directory, wanted).map(isKept)).toEqual([true, true]);
  });

  it('finds a card number in any file', () => {
    given({ 'ledger.db': '…OrderPlaced…', 'read.db': 'token 4000056655665556' });
    expect(searchDisk(directory, wanted).map(isKept)).toEqual([false, true]);
  });

  it('finds a note that stands in the log in clear', () => {
    given({ 'ledger.db': '…OrderPlaced…', 'ledger.db-wal': '"note":"Ring twice."' });
    expect(searchDisk(directory, wanted).map(isKept)).toEqual([true, false]);
  });

  it('does not hold where it could not have found anything', () => {
    given({ 'ledger.db': 'compressed beyond recognition' });
    expect(searchDisk(directory, wanted).map(isKept)).toEqual([false, false]);
  });

  function given(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  }
});
