import { createServer } from 'node:net';
import { EventStoreDBClient, StreamNotFoundError } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cacheExaminers } from '../../src/adapters/cache/examiners.ts';
import { caches } from '../../src/adapters/cache/registry.ts';
import { eventStoreExaminers } from '../../src/adapters/event-store/examiners.ts';
import { eventStores } from '../../src/adapters/event-store/registry.ts';
import { keyStoreExaminers } from '../../src/adapters/key-store/examiners.ts';
import { keyStores } from '../../src/adapters/key-store/registry.ts';
import { readModelExaminers } from '../../src/adapters/read-model/examiners.ts';
import { readModels } from '../../src/adapters/read-model/registry.ts';
import { byScheme } from '../../src/adapters/shared/store-url.ts';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { Examination, ExaminationNeeds, Examiner } from '../../src/ports/examination.ts';
import { freePort, listenOnFreePort } from '../support/free-port.ts';
import { selfSigned } from '../support/self-signed.ts';
import { cacheAt, eventStoreAt, readModelAt, uniqueNameIn } from '../support/server-places.ts';
import { startEventStoreDouble } from '../support/servers/event-store-double.ts';
import { startRedis } from '../support/servers/redis.ts';
import { temporaryDirectory } from '../support/store-directory.ts';
import { servers } from '../support/test-servers.ts';
import { shape } from './read-model-harness.ts';

/** Such as the statistics: nothing is searched, and until the first document there is nothing. */
const unsearched = { ...shape, name: 'stats', fields: [], indexes: [] };
const reading: ExaminationNeeds = { writes: false, shapes: [shape, unsearched], timeoutMs: 1_700 };
const writing: ExaminationNeeds = { ...reading, writes: true };

function look(
  examiners: Readonly<Record<string, Examiner>>,
  url: string,
  needs = writing,
): Promise<Examination> {
  const examiner = byScheme(examiners, url);
  if (examiner === undefined) throw new Error(`nobody examines ${url}`);
  return examiner.examine(url, needs);
}

function defectsOf({ findings }: Examination): readonly string[] {
  return findings.filter(({ severity }) => severity === 'defect').map(({ what }) => what);
}

describe('examiners', () => {
  it.each([
    ['event stores', eventStores, eventStoreExaminers],
    ['read models', readModels, readModelExaminers],
    ['key stores', keyStores, keyStoreExaminers],
    ['caches', caches, cacheExaminers],
  ])('are there for all %s that are not in the process itself', (_what, adapters, examiners) => {
    const unexamined = Object.keys(adapters).filter(
      (scheme) => scheme !== 'memory' && !(scheme in examiners),
    );
    expect(unexamined).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, Examiner>>, boolean, boolean]>([
    ['esdb://h:2113', eventStoreExaminers, true, false],
    ['esdb+discover://u:p@h:2113?tls=false', eventStoreExaminers, false, false],
    ['esdb://u:p@h:2113?tlsVerifyCert=false', eventStoreExaminers, false, true],
    ['mongodb://h/ledger', readModelExaminers, false, false],
    ['mongodb://u:p@h/ledger?tls=true', readModelExaminers, true, true],
    ['mongodb+srv://u:p@h/ledger', readModelExaminers, true, true],
    ['mongodb://u:p@h/ledger?tls=true&tlsInsecure=true', readModelExaminers, false, true],
    ['redis://h', cacheExaminers, false, false],
    ['rediss://:p@h?keyPrefix=a:', cacheExaminers, true, true],
  ])('know by the URL %s whether the way is safe', (url, examiners, isEncrypted, isAuthenticated) => {
    const transport = byScheme(examiners, url)?.transport?.(url);
    expect(transport).toEqual({ hosts: ['h'], isEncrypted, isAuthenticated });
  });
});

describe.each([
  [
    'an EventStoreDB',
    eventStoreExaminers,
    (port: number) => `esdb://u:swordfish@127.0.0.1:${port}?tls=false`,
  ],
  ['a MongoDB', readModelExaminers, (port: number) => `mongodb://u:swordfish@127.0.0.1:${port}/ledger`],
  ['a Redis', cacheExaminers, (port: number) => `redis://u:swordfish@127.0.0.1:${port}`],
])('%s that is away', (_what, examiners, urlAt) => {
  const refusal = async (port: number) => {
    const startedMs = performance.now();
    const error: unknown = await look(examiners, urlAt(port)).catch((reason: unknown) => reason);
    return { error, tookMs: performance.now() - startedMs };
  };

  it('is told of at once, with what to do, and without its password', async () => {
    const { error, tookMs } = await refusal(await freePort());
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as StoreUnavailable).remedy).toMatch(/^Check that/);
    expect(String(error)).not.toContain('swordfish');
    expect(tookMs).toBeLessThan(2_500);
  });

  it('is not waited for longer than was said, though it takes every connection', async () => {
    const { server, port } = await listenOnFreePort(() => createServer(() => {}));
    onTestFinished(() => void server.close());
    const { error, tookMs } = await refusal(port);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(tookMs).toBeLessThan(2_500);
  });
});

describe.runIf(servers().eventStore)('an EventStoreDB', () => {
  const name = uniqueNameIn(servers());
  const url = eventStoreAt(servers().eventStore ?? '', name);

  it('says what it is, and that this process may append; and nothing is written to find out', async () => {
    const found = await look(eventStoreExaminers, url);
    expect(found).toMatchObject({ server: 'EventStoreDB', version: expect.stringMatching(/^\d+\.\d+/) });
    expect(found.findings).toEqual([]);
    const client = EventStoreDBClient.connectionString(servers().eventStore ?? '');
    onTestFinished(() => client.dispose());
    const asked = client.readStream(`${name}.doctor-asked`);
    await expect(asked[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(StreamNotFoundError);
  });
});

describe('an EventStoreDB with users', () => {
  it('lets each do what its role needs, and says so where it is not so, or more than that', async () => {
    const users = {
      writer: { password: 'w', rights: ['read', 'append'] },
      reader: { password: 'r', rights: ['read'] },
    } as const;
    const server = await startEventStoreDouble({ tls: selfSigned(temporaryDirectory()), users });
    onTestFinished(() => server.stop());
    const as = (user: string) => server.url.replace('//', `//${user}@`);
    const whatOf = async (user: string, needs: ExaminationNeeds) =>
      (await look(eventStoreExaminers, as(user), needs)).findings.map(
        ({ severity, what }) => `${severity}: ${what}`,
      );

    expect(await whatOf('writer:w', writing)).toEqual([]);
    expect(await whatOf('reader:r', reading)).toEqual([]);
    expect(await whatOf('reader:r', writing)).toEqual(['defect: its user may not append']);
    expect(await whatOf('writer:w', reading)).toEqual([
      'warning: its user may append, and this role only reads',
    ]);
    await expect(whatOf('writer:guessed', writing)).rejects.toMatchObject({
      remedy: 'Check user and password in EVENT_STORE, and that this user may read $all.',
    });
  });

  it('that is too old is told of', async () => {
    const server = await startEventStoreDouble({ version: '20.6.1' });
    onTestFinished(() => server.stop());
    expect(defectsOf(await look(eventStoreExaminers, server.url))).toEqual([
      'version 20.6.1 is older than 20.10',
    ]);
  });
});

describe.runIf(servers().readModel)('a MongoDB', () => {
  const url = readModelAt(servers().readModel ?? '', uniqueNameIn(servers()));

  it('has nothing of ours before anybody has made it, and gets nothing by being looked at', async () => {
    const found = await look(readModelExaminers, url);
    expect(found).toMatchObject({ isAbsent: true, server: expect.stringMatching(/^(?:MongoDB|FerretDB)$/) });
    expect(found.server === 'FerretDB' || found.version !== undefined).toBe(true);
    expect(Math.abs(found.clockAheadMs ?? 0)).toBeLessThan(2_000);
    expect((await look(readModelExaminers, url)).isAbsent).toBe(true);
  });

  describe('with read models', () => {
    beforeAll(async () => {
      const model = await readModels['mongodb']?.open(url, {});
      for (const each of [shape, unsearched]) {
        const generation = (await model?.startBuild(each)) ?? 0;
        await model?.activate(each, generation, async () => {});
      }
      await model?.close();
    });

    it('lacks nothing', async () => {
      const found = await look(readModelExaminers, url);
      expect(found.isAbsent).toBeUndefined();
      expect(defectsOf(found)).toEqual([]);
    });

    it('is missed an index of', async () => {
      const client = await MongoClient.connect(url);
      onTestFinished(() => client.close());
      const [collection] = await client
        .db()
        .collections({ nameOnly: true })
        .then((all) => all.filter((each) => each.collectionName.startsWith(`${shape.name}.`)));
      await collection?.dropIndex('by-status-placedAt');
      expect(defectsOf(await look(readModelExaminers, url))).toEqual([
        expect.stringMatching(/^order-list: the index by-status-placedAt of order-list\.\d+ is missing/),
      ]);
    });
  });
});

describe.runIf(servers().cache)('a Redis', () => {
  it('says what it is, and that this process may use it', async () => {
    const found = await look(cacheExaminers, cacheAt(servers().cache ?? '', uniqueNameIn(servers())));
    expect(found).toMatchObject({ server: 'Redis', version: expect.stringMatching(/^\d+\.\d+/) });
    expect(found.latencyMs).toBeGreaterThan(0);
    expect(Math.abs(found.clockAheadMs ?? 0)).toBeLessThan(2_000);
    expect(defectsOf(found)).toEqual([]);
  });

  it.each([
    ['grows without a bound', ['--maxmemory', '0'], /^it grows without a bound/],
    ['keeps what is old', ['--maxmemory', '9mb', '--maxmemory-policy', 'noeviction'], /noeviction$/],
  ])('that %s is warned of', async (_what, settings, says) => {
    const server = await startRedis({ settings });
    onTestFinished(() => server.stop());
    const { findings } = await look(cacheExaminers, server.url);
    expect(findings).toEqual([
      expect.objectContaining({ severity: 'warning', what: expect.stringMatching(says) }),
    ]);
  });

  it('that lets its user only read is told of, and one that does not let it in is down', async () => {
    const settings = [
      '--user',
      'reader',
      'on',
      '>secret',
      '~*',
      '+@read',
      '+@connection',
      '--requirepass',
      'other',
    ];
    const server = await startRedis({ settings });
    onTestFinished(() => server.stop());
    const as = (user: string) => server.url.replace('//', `//${user}@`);
    expect(defectsOf(await look(cacheExaminers, as('reader:secret')))).toEqual([
      expect.stringMatching(/NOPERM.*set/),
      expect.stringMatching(/NOPERM.*eval/),
    ]);
    await expect(look(cacheExaminers, as('reader:guessed'))).rejects.toMatchObject({
      remedy: expect.stringMatching(/^Check user and password in CACHE/),
    });
    await expect(look(cacheExaminers, server.url)).rejects.toThrow(/NOAUTH/);
  });
});
