import { cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { chainHash, splitHash, withHash } from '../../src/adapters/codec/hash-chain.ts';
import type { Finished } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { openDatabaseFile, tamperWith } from './support/damage.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/history.ndjson');
const { directory, run, start } = useWorkspace();

interface Victim {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

/** A sound ledger, of which every test damages a copy. */
const sound = directory();
let captured: Victim;
let last: Victim;

beforeAll(async () => {
  await run(['import', fixture], { dataDir: sound });
  const log = openDatabaseFile(join(sound, 'ledger.db'));
  const find = (order: string) =>
    log
      .prepare(
        `SELECT name AS stream, revision, position FROM events JOIN streams ON number = events.stream ${order} LIMIT 1`,
      )
      .get() as unknown as Victim;
  captured = find("WHERE type = 'PaymentCaptured' ORDER BY position");
  last = find('ORDER BY position DESC');
  log.close();
});

function damagedCopy(damage: (dataDir: string) => void): string {
  const dataDir = directory();
  cpSync(sound, dataDir, { recursive: true });
  damage(dataDir);
  return dataDir;
}

function inLog(sql: string) {
  return (dataDir: string) => tamperWith(join(dataDir, 'ledger.db'), (log) => log.exec(sql));
}

function verify(dataDir: string, ...options: string[]): Promise<Finished> {
  return run(['verify', ...options], { dataDir });
}

describe('ledger verify', () => {
  it('says of a sound ledger that everything is as it must be', async () => {
    const verified = await verify(sound);

    expect(verified.code).toBe(0);
    expect(verified.stdout).toContain('26 events of 5 streams');
    expect(verified.stdout).toContain('everything is as it must be');
  });

  it('names stream and revision of an event whose data was changed by one byte', async () => {
    const { stream, revision, position } = captured;
    const dataDir = damagedCopy(
      inLog(
        `UPDATE events SET data = replace(data, '"amount":1350', '"amount":1351') WHERE position = ${position}`,
      ),
    );

    const { code, stderr } = await verify(dataDir);

    expect(code).toBe(1);
    expect(stderr).toContain(
      `${stream} revision ${revision}: position ${position}: the hash of PaymentCaptured does not match`,
    );
  });

  it('names an event whose metadata was changed', async () => {
    const { stream, revision, position } = captured;
    const dataDir = damagedCopy(
      inLog(
        `UPDATE events SET metadata = replace(metadata, 'ledger-import', 'ledger-imp0rt') WHERE position = ${position}`,
      ),
    );

    const { code, stderr } = await verify(dataDir);

    expect(code).toBe(1);
    expect(stderr).toContain(`${stream} revision ${revision}: `);
  });

  it('names an event that was deleted', async () => {
    const { stream, revision, position } = captured;
    const dataDir = damagedCopy(inLog(`DELETE FROM events WHERE position = ${position}`));

    const { code, stderr } = await verify(dataDir);

    expect(code).toBe(1);
    expect(stderr).toContain(`${stream} revision ${revision}: the event at revision ${revision} is missing`);
    expect(stderr).toContain(`position ${position} is missing from the log`);
  });

  it.each([
    { witness: 'with the file that witnessed its end', keepsWitness: true },
    { witness: 'even without that file, from the read models', keepsWitness: false },
  ])('names the events that were cut off the end, $witness', async ({ keepsWitness }) => {
    const { stream, revision, position } = last;
    const dataDir = damagedCopy((copy) => {
      inLog(`DELETE FROM events WHERE position = ${position}`)(copy);
      if (!keepsWitness) rmSync(join(copy, 'ledger.db-head'));
    });

    const { code, stderr } = await verify(dataDir);

    expect(code).toBe(1);
    expect(stderr).toContain(`${stream} revision ${revision}`);
  });

  it('finds a last event that was replaced by another one', async () => {
    const { stream, revision, position } = last;
    const dataDir = damagedCopy((copy) => tamperWith(join(copy, 'ledger.db'), (log) => forge(log, last)));

    const { code, stderr } = await verify(dataDir);

    expect(code).toBe(1);
    expect(stderr).toContain(
      `${stream} revision ${revision}: position ${position}: the log once held another event here`,
    );
  });

  it('names the document of a read model that was tampered with, and the revision it has reached', async () => {
    const dataDir = damagedCopy((copy) => {
      const documents = openDatabaseFile(join(copy, 'read.order-details.1.db'));
      documents.exec(
        `UPDATE documents SET body = replace(body, '"status":"paid"', '"status":"completed"') WHERE body LIKE '%"f-5"%'`,
      );
      documents.close();
    });

    const { code, stderr } = await verify(dataDir);

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^order-\S+ revision \d+: order-details: document \S+ differs from what the log gives in status$/m,
    );
  });

  it('gives every defect as data with --json', async () => {
    const { stream, revision, position } = captured;
    const dataDir = damagedCopy(inLog(`DELETE FROM events WHERE position = ${position}`));

    const { code, stdout } = await verify(dataDir, '--json');

    expect(code).toBe(1);
    const { defects } = JSON.parse(stdout) as { readonly defects: readonly Partial<Victim>[] };
    expect(defects).toContainEqual(expect.objectContaining({ stream, revision }));
  });

  it('ends with exit 3 and names the file where there is no ledger', async () => {
    const { code, stderr } = await verify(directory());

    expect(code).toBe(3);
    expect(stderr).toContain('ledger.db does not exist');
  });
});

describe('serving a damaged log', () => {
  it.each([
    { damage: 'whose end was cut off', keepsWitness: true, says: 'does not hold what it once held' },
    { damage: 'that is older than the read models', keepsWitness: false, says: 'an older log was put back' },
  ])('is refused for a log $damage, with what to do', async ({ keepsWitness, says }) => {
    const dataDir = damagedCopy((copy) => {
      inLog(`DELETE FROM events WHERE position = ${last.position}`)(copy);
      if (!keepsWitness) rmSync(join(copy, 'ledger.db-head'));
    });

    const served = await run(['serve'], { dataDir, env: { PORT: '0' } });

    expect(served.code).toBe(1);
    expect(served.stdout).toBe('');
    expect(served.stderr).toContain(says);
    expect(served.stderr).toContain('ledger verify');
    expect(served.stderr).not.toContain('bug in the ledger');
  });

  it('is refused for a file that is no database', async () => {
    const dataDir = damagedCopy((copy) => cpSync(fixture, join(copy, 'ledger.db')));

    const served = await run(['serve'], { dataDir, env: { PORT: '0' } });

    expect(served.code).toBe(1);
    expect(served.stderr).toContain('file is not a database');
    expect(served.stderr).not.toContain('bug in the ledger');
  });

  it('ends the process when read models turn out to be damaged while it runs', async () => {
    const dataDir = damagedCopy((copy) => cpSync(fixture, join(copy, 'read.order-details.1.db')));

    const service = start(['serve'], { dataDir, env: { PORT: '0' } });
    const ended = await service.exited;

    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/read model: .*not a database/);
  });
});

/** Rewrites who asked for an event, and its hash so that the chain holds. */
function forge(log: DatabaseSync, { stream, revision, position }: Victim): void {
  const read = (at: number) =>
    log
      .prepare(
        'SELECT event_id AS eventId, type, data, metadata FROM events JOIN streams ON number = stream WHERE name = ? AND revision = ?',
      )
      .get(stream, at) as unknown as Record<'eventId' | 'type' | 'data' | 'metadata', string>;
  const { eventId, type, data, metadata } = read(revision);
  const before = splitHash(read(revision - 1).metadata)?.hash ?? '';
  const forged = (splitHash(metadata)?.metadata ?? '').replace('import-line-', 'import-l1ne-');
  const hash = chainHash(before, { stream, revision, eventId, type, data }, forged);
  log.prepare('UPDATE events SET metadata = ? WHERE position = ?').run(withHash(forged, hash), position);
}
