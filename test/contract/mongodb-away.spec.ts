import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openMongoDbReadModel } from '../../src/adapters/read-model/mongodb/mongodb-read-model.ts';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { ReadModel } from '../../src/ports/read-model.ts';
import { available, type FerretDb, startFerretDb } from '../support/servers/ferretdb.ts';
import { closedAfterwards } from '../support/store-directory.ts';
import { live, opened, shape, write } from './read-model-harness.ts';

/** The longest that a call may hold up whoever makes it, and the longest after which all is well again. */
const answerMsMax = 2_500;
const recoveryMsMax = 5_000;

/** A server of this test's own, which can go away and come back where it was. */
async function place() {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-away-'));
  const started: FerretDb[] = [];
  const start = async (port?: number) => {
    const server = await startFerretDb({ directory, ...(port !== undefined && { port }) });
    started.push(server);
    return server;
  };
  onTestFinished(async () => {
    for (const server of started) await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const server = await start();
  const url = `${server.url}away`;
  return { server, url, comesBack: () => start(server.port) };
}

async function failsInTime(call: () => Promise<unknown>): Promise<StoreUnavailable> {
  const startedMs = performance.now();
  const failure: unknown = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(performance.now() - startedMs).toBeLessThan(answerMsMax);
  expect(failure).toBeInstanceOf(StoreUnavailable);
  return failure as StoreUnavailable;
}

async function worksAgain(call: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    try {
      await call();
      break;
    } catch (error) {
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(performance.now() - startedMs).toBeLessThan(recoveryMsMax);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  expect(performance.now() - startedMs).toBeLessThan(recoveryMsMax);
}

function reads(model: ReadModel) {
  const reader = model.reader(shape);
  return {
    projections: () => model.projections(),
    get: async () => reader.get('a'),
    list: () => reader.list({ equals: {}, orderBy: 'placedAt', countMax: 5 }),
    position: async () => reader.position(),
  };
}

describe.skipIf(!(await available()))('a read model whose server is away', () => {
  test('is opened all the same, and says within two seconds and with a remedy that it is not there', async () => {
    const { server, url, comesBack } = await place();
    await server.stop();
    const model = closedAfterwards(openMongoDbReadModel({ url }));
    for (const call of Object.values(reads(model))) {
      const { message, remedy } = await failsInTime(call);
      expect(message).toContain('ECONNREFUSED');
      expect(remedy).toContain('Check that MongoDB runs');
    }
    await comesBack();
    await worksAgain(() => model.projections());
  });

  test('answers again by itself, with everything that was acknowledged, after the server was killed', async () => {
    const { server, url, comesBack } = await place();
    const model = closedAfterwards(openMongoDbReadModel({ url }));
    const { generation } = await live(model, [write('a', 3)], 5);
    const { get, list } = reads(model);
    await server.stop();
    await failsInTime(get);
    await failsInTime(list);
    await failsInTime(() => generation.commit({ from: 5, to: 6, writes: [write('b', 6)], deletes: [] }));
    await comesBack();
    await worksAgain(get);
    expect(await get()).toMatchObject({ asOf: 5 });
    expect(await generation.commit({ from: 5, to: 6, writes: [write('b', 6)], deletes: [] })).toBe(true);
  });

  test('gives up on a server that holds the connection and says nothing, and goes on when it speaks again', async () => {
    const { server, url } = await place();
    const model = closedAfterwards(openMongoDbReadModel({ url }));
    const { number } = await live(model, [write('a', 3)], 5);
    const { get, projections } = reads(model);
    process.kill(server.pid, 'SIGSTOP');
    try {
      const failures = await Promise.all([failsInTime(get), failsInTime(projections), failsInTime(get)]);
      for (const { message } of failures) expect(message).toContain('no answer within');
      // More than there are connections: those that were given up must not be waited for.
      await Promise.all(Array.from({ length: 60 }, () => failsInTime(get)));
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await worksAgain(get);
    const again = await opened(model, number);
    expect(await again.commit({ from: 5, to: 6, writes: [write('b', 6)], deletes: [] })).toBe(true);
  });

  test.each([
    ['is away', (server: FerretDb) => server.stop()],
    ['says nothing', async ({ pid }: FerretDb) => void process.kill(pid, 'SIGSTOP')],
  ])('closes in time while the server %s', async (_how, fails) => {
    const { server, url } = await place();
    const model = openMongoDbReadModel({ url });
    await live(model, [write('a', 3)], 5);
    await fails(server);
    const startedMs = performance.now();
    await model.close();
    expect(performance.now() - startedMs).toBeLessThan(recoveryMsMax);
  });
});

describe('a URL that is not one', () => {
  test.each(['mongodb://ledger:s3cret@', 'mongodb://ledger:s3c:ret@host/ledger'])(
    '%s is refused with a remedy, and without the password',
    async (url) => {
      const attempt = async () => {
        const model = openMongoDbReadModel({ url });
        try {
          await model.projections();
        } finally {
          await model.close();
        }
      };
      const error = await attempt().catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/s3c:?ret/);
      expect((error as StoreUnavailable).remedy).toContain('mongodb://host:27017/database');
    },
  );
});
