import { chmodSync, existsSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin, pause, ready } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { type Answer, bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import { openDatabaseFile } from './support/damage.ts';
import { allOrders, type OrderBody } from './support/queries.ts';

const { directory, run, serve, start } = useWorkspace();

const fixture = resolve(import.meta.dirname, 'fixtures/history.ndjson');
const drainedMsMax = 10_000;

describe('stopping', () => {
  it('answers every request that was under way, then exits 0', async () => {
    const dataDir = directory();
    const service = await serve({ dataDir });
    const client = new Client(service.url, await tokenFor(dataDir, 'ada'));
    await client.get('/v1/orders');
    const log = openDatabaseFile(join(dataDir, 'ledger.db'));
    // While another process writes, appends wait: the requests are surely under way when the signal comes.
    log.exec('BEGIN IMMEDIATE');
    const waiting = Array.from({ length: 50 }, (_, index) =>
      client.post('/v1/orders', `under-way-${index}`, orderBody()),
    );
    await pause(500);
    const ended = service.kill('SIGTERM');
    await pause(200);
    log.exec('ROLLBACK');
    log.close();

    const answers = await Promise.all(waiting);
    const exit = await ended;

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 201));
    expect(exit).toMatchObject({ code: 0, signal: null });
    const again = new Client((await serve({ dataDir })).url, await tokenFor(dataDir, 'ada'));
    for (const [index, { text }] of answers.entries()) {
      expect((await again.post('/v1/orders', `under-way-${index}`, orderBody())).text).toBe(text);
    }
  });

  it('ends within ten seconds under load, and what it acknowledged is there', async () => {
    const dataDir = directory();
    const service = await serve({ dataDir });
    const client = new Client(service.url, await tokenFor(dataDir, 'ada'));
    const acknowledged: Answer[] = [];
    const load = Array.from({ length: 8 }, async (_, caller) => {
      for (let count = 0; ; count++) {
        const answer = await client
          .post('/v1/orders', `load-${caller}-${count}`, orderBody())
          .catch(() => undefined);
        if (answer === undefined) return;
        acknowledged.push(answer);
      }
    });
    await pause(500);

    const startedMs = performance.now();
    const exit = await service.kill('SIGTERM');
    await Promise.all(load);

    expect(performance.now() - startedMs).toBeLessThan(drainedMsMax);
    expect(exit).toMatchObject({ code: 0, signal: null });
    const again = new Client((await serve({ dataDir })).url, await tokenFor(dataDir, 'ada'));
    const there = new Set((await allOrders(again)).map(({ orderId }) => orderId));
    for (const answer of acknowledged) {
      expect(answer.status).toBe(201);
      expect(there).toContain(bodyOf<OrderBody>(answer).orderId);
    }
  });

  it('cuts no request off on a connection that callers keep open and use', async () => {
    const dataDir = directory();
    const service = await serve({ dataDir });
    const token = await tokenFor(dataDir, 'ada');
    const seen = { answered: 0, cut: [] as string[] };
    const load = Array.from({ length: 8 }, () => askUntilGone(service.url, token, seen));
    await pause(400);

    const exit = await service.kill('SIGTERM');
    await Promise.all(load);

    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(seen.answered).toBeGreaterThan(50);
    expect(seen.cut).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('exits 0 on %s when idle', async (signal) => {
    const service = await serve({ dataDir: directory() });

    expect(await service.kill(signal)).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});

/** Reads again and again on one connection until nobody answers there any more. */
async function askUntilGone(
  url: string,
  token: string,
  seen: { answered: number; cut: string[] },
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let isThere = true; isThere; ) {
    isThere = await new Promise<boolean>((done) => {
      const asked = get(
        `${url}/v1/orders`,
        { agent, headers: { authorization: `Bearer ${token}` } },
        (answer) => {
          answer.resume().once('end', () => {
            seen.answered += 1;
            done(true);
          });
          answer.once('error', () => seen.cut.push('in the middle of an answer'));
        },
      );
      asked.once('error', (error: NodeJS.ErrnoException) => {
        // One that never got a connection was not cut off.
        if (asked.reusedSocket) seen.cut.push(String(error.code));
        done(false);
      });
    });
  }
  agent.destroy();
}

describe('starting', () => {
  it.each([
    { name: 'PORT', value: 'eighty', should: 'must be a whole number' },
    { name: 'EVENT_STORE', value: 'postgres://x', should: 'sqlite:' },
    { name: 'PAID_WHEN', value: 'never', should: 'captured' },
    { name: 'LOG_LEVEL', value: 'loud', should: 'warn' },
    { name: 'AUTH_JWKS', value: 'http://example.org/keys', should: 'https' },
  ])(
    'is refused with exit 2 for a wrong $name, saying what it should be',
    async ({ name, value, should }) => {
      const refused = await run(['serve'], { dataDir: directory(), env: { [name]: value } });

      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(new RegExp(`^${name}: .*${should}`, 'm'));
    },
  );

  it('is refused off loopback without keys of an identity provider', async () => {
    const refused = await run(['serve'], { dataDir: directory(), env: { HOST: '0.0.0.0' } });

    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('AUTH_JWKS: must be set to serve on 0.0.0.0');
  });

  it('ends with exit 2 and names the port when another process has it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => other.once('listening', listening));
    const { port } = other.address() as { readonly port: number };

    const refused = await run(['serve'], { dataDir: directory(), env: { PORT: String(port) } });
    other.close();

    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`PORT: ${port} on 127.0.0.1 is in use by another process`);
  });

  it('makes one key for all processes that start at once', async () => {
    const dataDir = directory();
    const args = ['token', '--sub', 'ada', '--scope', 'orders:read'];

    const made = await Promise.all(Array.from({ length: 5 }, () => run(args, { dataDir })));

    const { url } = await serve({ dataDir });
    const statuses = made.map(({ stdout }) => new Client(url, stdout.trim()).get('/v1/orders'));
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('prints one line with address, roles and stores', async () => {
    const dataDir = directory();
    const service = await serve({ dataDir });

    expect(service.stdout()).toMatch(
      /^ledger serves http:\S+ {2}roles .* {2}events sqlite:\S+ {2}read models sqlite:\S+ {2}cache memory: {2}docs \S+\n$/,
    );
  });
});

describe('a directory that cannot be written to', () => {
  it.skipIf(process.getuid?.() !== 0)(
    'is named with what to do, by every command that needs it',
    async () => {
      const dataDir = directory();
      chmodSync(dataDir, 0o755);
      const nobody = { dataDir, uid: 65_534, env: { PORT: '0' } };

      const served = await run(['serve'], nobody);
      const token = await run(['token', '--sub', 'ada', '--scope', 'admin'], nobody);
      const imported = await run(['import', fixture], nobody);

      for (const { code, stderr } of [served, token, imported]) {
        expect(code).toBe(3);
        expect(stderr).toMatch(/this user/);
        expect(stderr).not.toContain('bug in the ledger');
      }
    },
  );
});

describe('one process per role on one directory', () => {
  it('reads on one what was written on another', async () => {
    const dataDir = directory();
    const [command, query, projector] = await Promise.all(
      ['command', 'query', 'projector'].map((role) => serve({ dataDir }, ['--role', role])),
    );
    const token = await tokenFor(dataDir, 'ada');
    const writes = new Client(command?.url ?? '', token);
    const reads = new Client(query?.url ?? '', token);
    await Promise.all([command, query, projector].map((service) => ready(service?.url ?? '')));

    for (let count = 0; count < 20; count++) {
      const placed = await writes.post('/v1/orders', `across-${count}`, orderBody());
      const position = placed.headers.get('ledger-position') ?? '';
      const { orderId } = bodyOf<OrderBody>(placed);
      const read = await reads.get(`/v1/orders/${orderId}`, { 'ledger-position': position });
      expect(read.status).toBe(200);
      expect(bodyOf(read)).toEqual(bodyOf(placed));
    }

    expect((await writes.get('/v1/orders')).status).toBe(405);
    expect((await reads.post('/v1/orders', 'not-here-1', orderBody())).status).toBe(405);
  });
});

const systemNode = '/usr/bin/node';
const isOlder = existsSync(systemNode);

describe.skipIf(!isOlder)('under the Node of the system', () => {
  it('hands over to a Node that can run it, with exit codes and signals passed on', async () => {
    const dataDir = directory();

    const version = await run(['--version'], { dataDir, node: systemNode });
    const wrong = await run(['nonsense'], { dataDir, node: systemNode });

    expect(version).toMatchObject({ code: 0, stdout: '0.1.0\n' });
    expect(wrong.code).toBe(2);
    expect(bin).toMatch(/bin\/ledger\.js$/);
    const service = start(['serve'], { dataDir, node: systemNode, env: { PORT: '0' } });
    while (!service.stdout().includes('serves')) await pause(20);
    expect(await service.kill('SIGTERM')).toMatchObject({ code: 0 });
  });
});
