import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openLedger } from '../../src/main.ts';
import type { Role } from '../../src/service.ts';
import { freePort } from '../support/free-port.ts';
import { contradictionsIn, type Sent } from '../support/journal.ts';
import { until } from '../support/ledger-child.ts';
import { environmentOf, useWorkspace } from '../support/process.ts';
import { bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import { Fleet, FleetClient } from './support/fleet.ts';
import type { OrderBody } from './support/queries.ts';

const { directory, run, serve } = useWorkspace();

const callers = 6;
const takeoverMsMax = 10_000;

/** Callers that order, pay and read through the whole fleet until they are told to stop. */
function load(fleet: Fleet, token: string, name: string) {
  const journal: Sent[] = [];
  const complaints: string[] = [];
  const writes = new FleetClient(() => fleet.urls('command'), token);
  const reads = new FleetClient(() => fleet.urls('query'), token);
  let stopped = false;
  const loops = Array.from({ length: callers }, async (_, caller) => {
    for (let count = 0; !stopped; count++) {
      const key = `${name}-${caller}-${count}`;
      const placed = await sendAndRead('/v1/orders', `${key}-place`, orderBody());
      const path = `/v1/orders/${placed}/payment`;
      await sendAndRead(`${path}/authorize`, `${key}-authorize`, { method: { token: 'tok_visa' } });
      await sendAndRead(`${path}/capture`, `${key}-capture`, {});
    }
  });
  return {
    journal,
    complaints,
    seen: () => ({ writes: writes.seen, reads: reads.seen }),
    stop: async () => {
      stopped = true;
      await Promise.all(loops);
    },
  };

  /** Sends a command until it is answered, and reads at its position. Answers the id of the order. */
  async function sendAndRead(path: string, key: string, body: object): Promise<string> {
    const sent: Sent = { subject: 'ada', path, key, body };
    journal.push(sent);
    const answer = await writes.post(path, key, body);
    sent.answer = { status: answer.status, text: answer.text };
    const { orderId, revision } = bodyOf<OrderBody & { readonly revision: number }>(answer);
    const position = answer.headers.get('ledger-position') ?? '';
    const read = await reads.get(`/v1/orders/${orderId}`, position);
    const found = read.status === 200 ? bodyOf<{ readonly revision: number }>(read).revision : -1;
    if (found < revision || Number(read.headers.get('ledger-position')) < Number(position))
      complaints.push(`${path} left revision ${revision} at ${position}; read ${read.status} ${read.text}`);
    return orderId;
  }
}

describe('processes of one role each, two of them, on one ledger', () => {
  let fleet: Fleet;
  let dataDir: string;
  let token: string;

  beforeAll(async () => {
    dataDir = directory();
    token = await tokenFor(dataDir, 'ada');
    fleet = new Fleet(serve, dataDir);
    await fleet.start({ projector: 2, command: 2, query: 2, process: 1 });
  });

  afterAll(async () => {
    for (const role of ['command', 'query', 'projector', 'process'] as const)
      for (const { service } of fleet.of(role)) await service.kill('SIGTERM');
  });

  it('serve their own operations and no others', async () => {
    const command = new Client(fleet.urls('command')[0] ?? '', token);
    const query = new Client(fleet.urls('query')[0] ?? '', token);
    expect((await command.get('/v1/orders')).status).toBe(405);
    expect((await command.get('/v1/stats')).status).toBe(404);
    expect((await query.post('/v1/orders', 'not-here-1', orderBody())).status).toBe(405);
    for (const role of ['projector', 'process'] as const) {
      const client = new Client(fleet.urls(role)[0] ?? '', token);
      expect((await client.post('/v1/orders', 'not-here-2', orderBody())).status).toBe(404);
      expect((await client.get('/v1/orders')).status).toBe(404);
    }
  });

  it.each<Role>(['command', 'query', 'projector', 'process'])(
    'are restarted one after another (%s) and no request is left without its answer',
    async (role) => {
      const loaded = load(fleet, token, `while-${role}`);
      await until(() => loaded.journal.length > 2 * callers, 10_000, 'the load to begin');

      const codes = await fleet.restartEach(role);
      await loaded.stop();

      expect(new Set(codes)).toEqual(new Set([0]));
      expect(loaded.complaints).toEqual([]);
      expect(loaded.seen().writes.statuses).not.toContain(500);
      expect(loaded.seen().reads.statuses).not.toContain(500);
      expect(loaded.journal.every(({ answer }) => [200, 201].includes(answer?.status ?? 0))).toBe(true);
      journals.push(...loaded.journal);
    },
  );

  it('project on when either projector is killed without warning', async () => {
    const reads = new FleetClient(() => fleet.urls('query'), token);
    const writes = new FleetClient(() => fleet.urls('command'), token);
    for (const [index, projector] of fleet.of('projector').entries()) {
      await projector.service.kill('SIGKILL');
      const killedMs = performance.now();
      const sent: Sent = {
        subject: 'ada',
        path: '/v1/orders',
        key: `taken-over-${index}`,
        body: orderBody(),
      };
      const placed = await writes.post(sent.path, sent.key, sent.body);
      journals.push(Object.assign(sent, { answer: { status: placed.status, text: placed.text } }));
      const { orderId } = bodyOf<OrderBody>(placed);
      const read = await reads.get(`/v1/orders/${orderId}`, placed.headers.get('ledger-position') ?? '');

      expect(read.status).toBe(200);
      expect(performance.now() - killedMs).toBeLessThan(takeoverMsMax);
      await fleet.revive(projector);
    }
  });

  it('have written every command once, and read models that are what the log says', async () => {
    expect(await contradictionsIn(readConfig(environmentOf(dataDir)), journals)).toEqual([]);
    const verified = await run(['verify'], { dataDir });
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
  });
});

/** Everything that was sent to the fleet, in the order of the tests. */
const journals: Sent[] = [];

describe('a process that takes commands', () => {
  it('needs neither read models nor a cache', async () => {
    const dataDir = directory();
    const nobody = await freePort();
    const service = await serve(
      {
        dataDir,
        env: {
          READ_MODEL: `mongodb://127.0.0.1:${nobody}/ledger`,
          CACHE: `redis://127.0.0.1:${nobody}`,
        },
      },
      ['--role', 'command'],
    );
    const client = new Client(service.url, await tokenFor(dataDir, 'ada'));

    expect((await client.post('/v1/orders', 'alone-0001', orderBody())).status).toBe(201);
    const readiness = await fetch(`${service.url}/readyz`);
    expect([readiness.status, await readiness.json()]).toMatchObject([
      200,
      { dependencies: [{ name: 'event store', status: 'up' }] },
    ]);
    expect(await service.kill('SIGTERM')).toMatchObject({ code: 0 });
  });
});

describe('a process that queries', () => {
  it('holds no right to append', async () => {
    const dataDir = directory();
    await (await serve({ dataDir })).kill('SIGTERM');
    const ledger = await openLedger(readConfig(environmentOf(dataDir)), { documents: 'read' });
    const event = { eventId: ledger.ids.uuid(), type: 'OrderPlaced', data: '{}', metadata: '{}' };

    const appended = ledger.store.append('order-1', -1, [event]);

    await expect(appended).rejects.toThrow();
    expect(await ledger.store.readAll({ after: 0, countMax: 10 })).toEqual([]);
    await ledger.close();
  });
});
