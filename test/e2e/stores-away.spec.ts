import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { type ServingLedger, until } from '../support/ledger-child.ts';
import { environmentOf, useWorkspace } from '../support/process.ts';
import { bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import { addressOf, throughPort } from '../support/server-places.ts';
import { servers } from '../support/test-servers.ts';

const { directory, serve } = useWorkspace();

const stores = ['EVENT_STORE', 'READ_MODEL', 'CACHE'] as const;
type Store = (typeof stores)[number];
const nameOf = { EVENT_STORE: 'event store', READ_MODEL: 'read model', CACHE: 'cache' } as const;

/** Where one of them is not there, which the set-up of the run has said, there is nothing to take away. */
const { eventStore, readModel, cache } = servers();
const isComplete = [eventStore, readModel, cache].every((url) => url !== undefined);

const redMsMax = 2_000;
const greenMsMax = 5_000;
const answerMsMax = 3_000;
const drainedMsMax = 10_000;

interface Readiness {
  readonly code: number;
  readonly status: string;
  readonly down: readonly string[];
}

let proxies: Readonly<Record<Store, FaultProxy>>;
let environment: Readonly<Record<string, string>>;
let dataDir: string;
let keys = 0;

beforeAll(async () => {
  const direct = environmentOf(directory());
  const started = stores.map(async (store) => {
    const proxy = await startFaultProxy({ to: addressOf(direct[store] ?? ''), seed: 1 });
    return [store, proxy] as const;
  });
  proxies = Object.fromEntries(await Promise.all(started)) as Record<Store, FaultProxy>;
});

/** A ledger of its own for each: a process that ends while MongoDB is away leaves a lease that its successor has to wait out. */
beforeEach(async () => {
  dataDir = directory();
  const direct = environmentOf(dataDir);
  environment = Object.fromEntries(
    stores.map((store) => [store, throughPort(direct[store] ?? '', proxies[store].port)]),
  );
  for (const store of stores) await proxies[store].heal();
});

afterAll(async () => {
  for (const store of stores) await proxies[store].stop();
});

async function readiness(service: ServingLedger): Promise<Readiness> {
  const answer = await fetch(`${service.url}/readyz`);
  const { status, dependencies } = (await answer.json()) as {
    readonly status: string;
    readonly dependencies: readonly { readonly name: string; readonly status: string }[];
  };
  const down = dependencies.filter((each) => each.status === 'down').map(({ name }) => name);
  return { code: answer.status, status, down };
}

const isReady = (service: ServingLedger) => async () => (await readiness(service)).code === 200;

async function clientOf({ url }: ServingLedger): Promise<Client> {
  return new Client(url, await tokenFor(dataDir, 'ada'));
}

function place(client: Client) {
  keys += 1;
  return client.post('/v1/orders', `stores-away-${keys}`, orderBody());
}

async function timed<Answer>(asked: Promise<Answer>) {
  const startedMs = performance.now();
  const answer = await asked;
  return { answer, tookMs: performance.now() - startedMs };
}

const silence = { kind: 'blackhole', ending: 'reset' } as const;
const faults = [{ kind: 'refuse' }, silence] as const;

describe.skipIf(!isComplete).each(faults)('while a server is away ($kind)', (fault) => {
  it('a process starts, says what it waits for, and goes to work by itself when all are there', async () => {
    for (const store of stores) await proxies[store].suffer(fault);
    const service = await serve({ dataDir, env: environment });
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
    const { answer: waiting, tookMs } = await timed(readiness(service));
    expect(waiting).toMatchObject({ code: 503, status: 'unavailable' });
    expect(waiting.down).toEqual(expect.arrayContaining(['event store', 'read model']));
    expect(tookMs).toBeLessThan(redMsMax);

    for (const store of stores) await proxies[store].heal();
    await until(isReady(service), greenMsMax, 'the service to be ready');
    const client = await clientOf(service);
    const placed = await place(client);
    const { orderId } = bodyOf<{ readonly orderId: string }>(placed);
    const position = { 'ledger-position': placed.headers.get('ledger-position') ?? '' };
    const isRead = async () => (await client.get(`/v1/orders/${orderId}`, position)).status === 200;
    await until(isRead, greenMsMax, 'the order to be projected');
    expect(await service.kill('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('readiness turns red within two seconds where it is needed, and green again by itself', async () => {
    const service = await serve({ dataDir, env: environment });
    await until(isReady(service), greenMsMax, 'the service to be ready');
    for (const store of ['EVENT_STORE', 'READ_MODEL'] as const) {
      await proxies[store].suffer(fault);
      const red = async () => {
        const { code, down } = await readiness(service);
        return code === 503 && down.includes(nameOf[store]);
      };
      await until(red, redMsMax, `${store} to be named`);
      await proxies[store].heal();
      await until(isReady(service), greenMsMax, `the service to be ready again without a restart (${store})`);
    }
    await proxies.CACHE.suffer(fault);
    expect(await readiness(service)).toEqual({ code: 200, status: 'ready', down: ['cache'] });
    await service.kill('SIGTERM');
  });

  it('commands and queries are answered 503 in time, and what does not need it is served', async () => {
    const service = await serve({ dataDir, env: environment });
    await until(isReady(service), greenMsMax, 'the service to be ready');
    const client = await clientOf(service);
    const placed = await place(client);
    const { orderId } = bodyOf<{ readonly orderId: string }>(placed);
    const order = `/v1/orders/${orderId}`;
    const position = { 'ledger-position': placed.headers.get('ledger-position') ?? '' };
    // Each is another projection: what is to be served without the log has to be there before the log goes.
    for (const path of [order, '/v1/orders'])
      await until(
        async () => (await client.get(path, position)).status === 200,
        greenMsMax,
        `${path} to be there`,
      );

    await proxies.READ_MODEL.suffer(fault);
    expect((await place(client)).status).toBe(201);
    expect((await client.get(order, position)).headers.get('x-cache')).toBe('HIT');
    for (const path of ['/v1/orders', '/v1/projections']) await expectUnavailable(client.get(path));
    await expectAnswer(`${service.url}/metrics`);
    await proxies.READ_MODEL.heal();
    await until(isReady(service), greenMsMax, 'the service to be ready again');

    await proxies.EVENT_STORE.suffer(fault);
    await expectUnavailable(place(client));
    for (const path of [`${order}/history`, `${order}?revision=0`, '/v1/projections'])
      await expectUnavailable(client.get(path));
    expect((await client.get(order, position)).status).toBe(200);
    expect((await client.get('/v1/orders', position)).status).toBe(200);
    await expectAnswer(`${service.url}/metrics`);
    await service.kill('SIGTERM');
  });

  it('a process ends with 0 within its time when it is asked to', async () => {
    const service = await serve({ dataDir, env: environment });
    await until(isReady(service), greenMsMax, 'the service to be ready');
    const client = await clientOf(service);
    for (const store of stores) await proxies[store].suffer(fault);
    const underWay = Promise.allSettled([place(client), client.get('/v1/orders')]);
    const { answer, tookMs } = await timed(service.kill('SIGTERM'));
    await underWay;
    expect(answer).toMatchObject({ code: 0, signal: null });
    expect(tookMs).toBeLessThan(drainedMsMax);
  });
});

async function expectUnavailable(asked: ReturnType<Client['get']>): Promise<void> {
  const { answer, tookMs } = await timed(asked);
  expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('problems/')]);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(tookMs).toBeLessThan(answerMsMax);
}

async function expectAnswer(url: string): Promise<void> {
  const { answer, tookMs } = await timed(fetch(url));
  expect(answer.status).toBe(200);
  expect(tookMs).toBeLessThan(redMsMax);
}
