import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWorkspace } from '../support/process.ts';
import { openDatabaseFile } from './support/damage.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/history.ndjson');
const { directory, run } = useWorkspace();

const source = directory();
const exported = join(source, 'log.ndjson');
const keys = join(source, 'keys.ndjson');

beforeAll(async () => {
  await run(['import', fixture], { dataDir: source });
  await run(['export', exported, '--keys', keys], { dataDir: source });
});

function rows(dataDir: string): unknown {
  const log = openDatabaseFile(join(dataDir, 'ledger.db'));
  const all = log
    .prepare(
      'SELECT position, name, revision, event_id, type, data, metadata FROM events JOIN streams ON number = stream ORDER BY position',
    )
    .all();
  log.close();
  return all;
}

/** What an export says apart from when it was made. */
function contentOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/"exportedAt":"[^"]+"/, '');
}

describe('ledger export and restore', () => {
  it('carries the whole log over to the byte, readable by its owner only', async () => {
    const dataDir = directory();

    const restored = await run(['restore', exported, '--keys', keys], { dataDir });
    const verified = await run(['verify'], { dataDir });

    expect(restored).toMatchObject({ code: 0 });
    expect(restored.stdout).toMatch(/^26 of 26 events restored in .*, digest \S{43}\n$/);
    expect(rows(dataDir)).toEqual(rows(source));
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    expect(statSync(exported).mode & 0o777).toBe(0o600);
    expect(statSync(keys).mode & 0o777).toBe(0o600);
  });

  it('exports a restored ledger to the same bytes', async () => {
    const dataDir = directory();
    await run(['restore', exported, '--keys', keys], { dataDir });

    await run(['export', join(dataDir, 'again.ndjson'), '--keys', join(dataDir, 'keys')], { dataDir });

    expect(contentOf(join(dataDir, 'again.ndjson'))).toBe(contentOf(exported));
    expect(readFileSync(join(dataDir, 'keys'), 'utf8')).toBe(readFileSync(keys, 'utf8'));
  });

  it('restores a second time without adding anything', async () => {
    const dataDir = directory();
    await run(['restore', exported], { dataDir });

    const again = await run(['restore', exported, '--json'], { dataDir });

    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ events: 26, added: 0 });
  });

  const changes = [
    {
      what: 'an amount was changed',
      change: (lines: string[]) => lines.map((line) => line.replace('"amount":1350', '"amount":1351')),
      says: /^line \d+: the hash of order-\S+ revision \d+ does not match: the line was altered$/m,
    },
    {
      what: 'a line was taken out',
      change: (lines: string[]) => lines.filter((_, index) => index !== 20),
      says: /^line 2\d: (order-\S+ goes on with revision \d+ after \d+|lines are missing or altered)$/m,
    },
    {
      what: 'the end was cut off',
      change: (lines: string[]) => lines.slice(0, -4),
      says: /was cut off after line 24: its last line is missing$/m,
    },
    {
      what: 'a line is no JSON',
      change: (lines: string[]) => lines.with(7, lines[7]?.slice(0, 40) ?? ''),
      says: /^line 8: this is not JSON$/m,
    },
    {
      what: 'it is no export',
      change: (lines: string[]) => lines.slice(1),
      says: /^line 1: this is not an export of a ledger$/m,
    },
  ] as const;

  it.each(changes)('refuses a file in which $what, naming the line', async ({ change, says }) => {
    const dataDir = directory();
    const file = join(dataDir, 'changed.ndjson');
    writeFileSync(file, `${change(readFileSync(exported, 'utf8').trimEnd().split('\n')).join('\n')}\n`);

    const restored = await run(['restore', file], { dataDir });

    expect(restored).toMatchObject({ code: 1, stdout: '' });
    expect(restored.stderr).toMatch(says);
  });

  it('refuses to restore over another ledger, and leaves that as it was', async () => {
    const dataDir = directory();
    const other = join(dataDir, 'other.ndjson');
    writeFileSync(other, readFileSync(fixture, 'utf8').replaceAll('Teapot', 'Kettle'));
    await run(['import', other], { dataDir });
    const before = rows(dataDir);

    const restored = await run(['restore', exported], { dataDir });

    expect(restored.code).toBe(1);
    expect(restored.stderr).toContain('restore into an empty ledger');
    expect(rows(dataDir)).toEqual(before);
  });

  it('goes on where a restore was interrupted', async () => {
    const dataDir = directory();
    const part = join(dataDir, 'part.ndjson');
    writeFileSync(part, readFileSync(exported, 'utf8').split('\n').slice(0, 12).join('\n'));
    expect(await run(['restore', part], { dataDir })).toMatchObject({ code: 1 });

    const restored = await run(['restore', exported, '--json'], { dataDir });

    expect(restored.code).toBe(0);
    const { events, added } = JSON.parse(restored.stdout) as {
      readonly events: number;
      readonly added: number;
    };
    expect(events).toBe(26);
    expect(added).toBeLessThan(26);
    expect(rows(dataDir)).toEqual(rows(source));
  });

  it('keeps files that are there unless told otherwise', async () => {
    const dataDir = directory();
    await run(['import', fixture], { dataDir });
    const file = join(dataDir, 'there.ndjson');
    writeFileSync(file, 'mine');

    const refused = await run(['export', file], { dataDir });
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('use --force to replace it');
    expect(readFileSync(file, 'utf8')).toBe('mine');

    expect(await run(['export', file, '--force'], { dataDir })).toMatchObject({ code: 0 });
    expect(contentOf(file)).toContain('order-ledger/1');
  });

  it.each([
    ['the very same path', 'same.ndjson'],
    ['the same path written otherwise', './sub/../same.ndjson'],
    ['a link to it', 'link.ndjson'],
  ])('refuses to write log and keys over each other: %s', async (_what, keyFile) => {
    const dataDir = directory();
    mkdirSync(join(dataDir, 'sub'));
    await run(['import', fixture], { dataDir });
    writeFileSync(join(dataDir, 'same.ndjson'), 'mine');
    symlinkSync('same.ndjson', join(dataDir, 'link.ndjson'));

    const refused = await run(
      ['export', join(dataDir, 'same.ndjson'), '--keys', `${dataDir}/${keyFile}`, '--force'],
      { dataDir },
    );

    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('needs a file of its own');
    expect(readFileSync(join(dataDir, 'same.ndjson'), 'utf8')).toBe('mine');
  });

  it('names a place that cannot be written to, and a key file that is none', async () => {
    const nowhere = await run(['export', join(source, 'none', 'x.ndjson')], { dataDir: source });
    const wrongKeys = await run(['restore', exported, '--keys', fixture], { dataDir: directory() });

    expect(nowhere).toMatchObject({ code: 2 });
    expect(nowhere.stderr).toContain('There is no directory');
    expect(existsSync(join(source, 'none'))).toBe(false);
    expect(wrongKeys).toMatchObject({ code: 1 });
    expect(wrongKeys.stderr).toMatch(/line 1 of .*history\.ndjson is no key of an export/);
  });
});
