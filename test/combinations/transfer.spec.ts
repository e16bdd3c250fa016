import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projections as registered } from '../../src/projections/registry.ts';
import { namedByPosition } from '../equivalence/books-content.ts';
import type { Finished } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { eventStoreAt, readModelAt, uniqueNameIn } from '../support/server-places.ts';
import { servers } from '../support/test-servers.ts';

const history = resolve(import.meta.dirname, '../e2e/fixtures/history.ndjson');
const { directory, run } = useWorkspace();

/** A ledger that the command line is pointed at. */
interface Place {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
}

const onFiles = (): Place => ({ dataDir: directory(), env: {} });
const onServers = (): Place => {
  const { eventStore = '', readModel } = servers();
  const name = uniqueNameIn(servers());
  return {
    dataDir: directory(),
    env: {
      EVENT_STORE: eventStoreAt(eventStore, name),
      ...(readModel !== undefined && { READ_MODEL: readModelAt(readModel, name) }),
    },
  };
};

interface Exported {
  readonly log: string;
  readonly keys: string;
  readonly digest: string;
}

async function succeeded(running: Promise<Finished>): Promise<Finished> {
  const finished = await running;
  expect(finished, finished.stderr).toMatchObject({ code: 0 });
  return finished;
}

async function exportFrom(place: Place): Promise<Exported> {
  const [log, keys] = [join(place.dataDir, 'log.ndjson'), join(place.dataDir, 'keys.ndjson')];
  const { stdout } = await succeeded(run(['export', log, '--keys', keys, '--json'], place));
  return { log, keys, digest: JSON.parse(stdout).digest };
}

async function restoreInto(place: Place, { log, keys, digest }: Exported): Promise<void> {
  const { stdout } = await succeeded(run(['restore', log, '--keys', keys, '--json'], place));
  expect(JSON.parse(stdout)).toEqual({ events: 26, added: 26, digest });
}

/** What `rebuild` builds from the log there, in figures. */
async function documentsOf(place: Place): Promise<readonly object[]> {
  const { stdout } = await succeeded(run(['rebuild', '--all', '--dry-run', '--json'], place));
  const { projections } = JSON.parse(stdout) as { readonly projections: readonly Record<string, unknown>[] };
  // Those of the books are named by positions, which each store counts in its own way; `ledger verify` compares them.
  const alike = projections.filter(({ projection }) => !namedByPosition.has(String(projection)));
  return alike.map(({ projection, documents, digest, difference }) => ({
    projection,
    documents,
    digest,
    difference,
  }));
}

/** What an export says apart from when it was made. */
function contentOf({ log }: Exported): string {
  return readFileSync(log, 'utf8').replace(/"exportedAt":"[^"]+"/, '');
}

describe.skipIf(servers().eventStore === undefined)('a ledger that moves', () => {
  test('from SQLite to EventStoreDB and back is the same to the byte, its hashes and its documents included', async () => {
    const [files, moved, back] = [onFiles(), onServers(), onFiles()];
    await succeeded(run(['import', history], files));
    const exported = await exportFrom(files);

    await restoreInto(moved, exported);
    const again = await exportFrom(moved);
    await restoreInto(back, again);
    const returned = await exportFrom(back);

    expect([again.digest, returned.digest]).toEqual([exported.digest, exported.digest]);
    expect(contentOf(again)).toBe(contentOf(exported));
    expect(contentOf(returned)).toBe(contentOf(exported));
    const documents = await documentsOf(files);
    expect(documents).toHaveLength(registered.length - namedByPosition.size);
    expect(await documentsOf(moved)).toEqual(documents);
    expect(await documentsOf(back)).toEqual(documents);
    for (const place of [moved, back]) await succeeded(run(['verify'], place));
  });

  test('goes on where it was interrupted, and is not restored over another', async () => {
    const [files, moved, other] = [onFiles(), onServers(), onServers()];
    await succeeded(run(['import', history], files));
    const exported = await exportFrom(files);
    await restoreInto(moved, exported);

    const second = await succeeded(run(['restore', exported.log, '--json'], moved));
    expect(JSON.parse(second.stdout)).toMatchObject({ events: 26, added: 0 });

    await succeeded(run(['import', history], other));
    const refused = await run(['restore', exported.log], other);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('restore into an empty ledger');
  });
});
