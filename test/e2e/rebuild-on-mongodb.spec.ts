import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMongoDbReadModel } from '../../src/adapters/read-model/mongodb/mongodb-read-model.ts';
import type { ProjectionRecord } from '../../src/ports/read-model.ts';
import { until } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { readModelAt } from '../support/server-places.ts';
import { available, type FerretDb, startFerretDb } from '../support/servers/ferretdb.ts';
import { buildLog } from './support/log-builder.ts';

const { directory, run, start } = useWorkspace();

/** A rebuild commits every 20,000 events: one of those, and some. */
const orders = 5_000;

interface Rebuilt {
  readonly events: number;
  readonly documents: number;
  readonly digest: string;
  readonly resumedAt?: number;
}

describe.skipIf(!(await available()))('a rebuild on MongoDB', () => {
  const dataDir = directory();
  let server: FerretDb;
  let env: Readonly<Record<string, string>>;
  let events = 0;

  beforeAll(async () => {
    server = await startFerretDb();
    env = { READ_MODEL: readModelAt(server.url, 'rebuild') };
    events = (await buildLog(dataDir, { orders })).events;
  });

  afterAll(() => server.stop());

  async function rebuilt(...options: readonly string[]): Promise<Rebuilt | undefined> {
    const finished = await run(['rebuild', 'order-details', '--json', ...options], { dataDir, env });
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    return (JSON.parse(finished.stdout) as { readonly projections: readonly Rebuilt[] }).projections[0];
  }

  async function recordNow(): Promise<ProjectionRecord | undefined> {
    const model = openMongoDbReadModel({ url: env['READ_MODEL'] ?? '', readOnly: true });
    try {
      return (await model.projections()).find(({ name }) => name === 'order-details');
    } finally {
      await model.close();
    }
  }

  it('is taken up by the next after a kill -9, and gives the same documents', async () => {
    const whole = await rebuilt();
    const killed = start(['rebuild', 'order-details'], { dataDir, env });
    await until(async () => ((await recordNow())?.building?.position ?? 0) > 0, 60_000, 'the first commit');
    await killed.kill('SIGKILL');

    const resumed = await rebuilt();

    expect(resumed?.resumedAt).toBeGreaterThanOrEqual(20_000);
    expect(resumed?.events).toBe(events - (resumed?.resumedAt ?? 0));
    expect(resumed).toMatchObject({ documents: orders, digest: whole?.digest });
    expect(await recordNow()).toMatchObject({ active: { generation: 2 }, previous: { generation: 1 } });
  });

  it('is undone by a rollback, and the documents are what the log says', async () => {
    const undone = await run(['rollback', 'order-details'], { dataDir, env });
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    const verified = await run(['verify'], { dataDir, env });
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
  });
});
