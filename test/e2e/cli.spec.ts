import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { projections } from '../../src/projections/registry.ts';
import { pause } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import type { OrderBody } from './support/queries.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/history.ndjson');
const { directory, run, serve } = useWorkspace();

describe('the command line', () => {
  const dataDir = directory();

  it('lists every command, and explains each', async () => {
    const overview = await run(['--help'], { dataDir });
    expect(overview).toMatchObject({ code: 0, stderr: '' });

    await Promise.all(
      Object.entries(commands).map(async ([name, { summary, usage }]) => {
        expect(overview.stdout).toContain(summary);
        const help = await run([name, '--help'], { dataDir });
        expect(help).toMatchObject({ code: 0, stderr: '' });
        expect(help.stdout).toContain(`Usage: ledger ${name} ${usage}`.trimEnd());
      }),
    );
  });

  it.each([
    { args: ['frobnicate'], says: 'There is no command frobnicate.\nRun `ledger --help`' },
    { args: ['verfiy'], says: 'Did you mean `ledger verify`?' },
    { args: ['verify', '--fast'], says: "Unknown option '--fast'.\nUsage: ledger verify" },
    { args: ['verify', 'all'], says: 'all is one word too many.\nUsage: ledger verify' },
    { args: ['import'], says: 'ledger import needs FILE.ndjson.\nUsage: ledger import FILE.ndjson' },
    { args: ['rebuild'], says: 'Name one projection, or say --all.' },
    { args: ['rebuild', 'orders'], says: 'There is no projection orders; use one of order-details' },
    { args: ['rollback', 'orders'], says: 'There is no projection orders; use one of order-details' },
    { args: ['inspect', 'orders'], says: 'orders cannot be inspected.' },
    { args: ['inspect', 'order'], says: 'Name the order.' },
    { args: ['inspect', 'stats', 'x'], says: 'stats takes no name.' },
    { args: ['serve', '--role', 'cook'], says: 'cook is not a role; use one of command, query' },
    { args: ['keys', 'turn'], says: 'turn is not something to do with keys; use rotate.' },
    { args: ['token', '--scope', 'admin'], says: '--sub must be' },
    { args: ['token', '--sub', 'a', '--scope', 'root'], says: '--scope must be a list of orders:write' },
    {
      args: ['token', '--sub', 'a', '--scope', 'admin', '--ttl', '0'],
      says: '--ttl must be 1 to 86400 seconds',
    },
  ])('answers `ledger $args` with what is right, exit 2', async ({ args, says }) => {
    const wrong = await run(args, { dataDir });

    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain(says);
    expect(wrong.stderr).not.toContain('    at ');
  });

  it('shows the settings in force, secrets masked', async () => {
    const env = {
      PAID_WHEN: 'authorized',
      CURSOR_SECRET: 'a-secret-of-more-than-32-characters',
      CACHE: 'redis://query:swordfish@cache:6379',
    };

    const { code, stdout } = await run(['config'], { dataDir, env });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^PAID_WHEN +authorized /m);
    expect(stdout).toMatch(/^CURSOR_SECRET +\(secret\) /m);
    expect(stdout).toMatch(/^CACHE +redis:\/\/\*\*\*@cache:6379 /m);
    expect(stdout).not.toMatch(/a-secret-of|swordfish/);
    const json = await run(['config', '--json'], { dataDir, env });
    const { settings } = JSON.parse(json.stdout) as { settings: { name: string; value: unknown }[] };
    expect(settings).toContainEqual(expect.objectContaining({ name: 'PORT', value: 8_080, default: '8080' }));
    expect(json.stdout).not.toMatch(/a-secret-of|swordfish/);
  });

  it('names every setting that is wrong at once', async () => {
    const wrong = await run(['config'], { dataDir, env: { PORT: '70000', TRUST_PROXY: 'yes' } });

    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^PORT: must be at most 65535$/m);
    expect(wrong.stderr).toMatch(/^TRUST_PROXY: .*true.*false/m);
  });
});

describe('ledger inspect', () => {
  const dataDir = directory();
  let orderId = '';

  beforeAll(async () => {
    await run(['import', fixture], { dataDir });
    const service = await serve({ dataDir });
    const client = new Client(service.url, await tokenFor(dataDir, 'ada'));
    const placed = await client.post('/v1/orders', 'key-to-explain', orderBody({ note: 'ring twice' }));
    orderId = bodyOf<OrderBody>(placed).orderId;
    await client.post(`/v1/orders/${orderId}/fulfil`, 'key-of-refusal', {});
    await client.get(`/v1/orders/${orderId}`, {
      'ledger-position': placed.headers.get('ledger-position') ?? '',
    });
    await service.kill('SIGTERM');
  });

  const inspect = (...words: string[]) => run(['inspect', ...words], { dataDir });

  it('explains an order by its state and its events', async () => {
    const { code, stdout } = await inspect('order', orderId);

    expect(code).toBe(0);
    expect(stdout).toContain(`order ${orderId}  pending (placed)`);
    expect(stdout).toMatch(/^0 +\d+ +OrderPlaced .* ada +PlaceOrder/m);
    expect(stdout).toMatch(/^1 +\d+ +CommandRefused .* ada +FulfilOrder/m);
    const json = await inspect('order', orderId, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ order: { orderId, status: 'pending' } });
  });

  it('shows every event of a stream', async () => {
    const { code, stdout } = await inspect('stream', `order-${orderId}`, '--json');

    expect(code).toBe(0);
    const { events } = JSON.parse(stdout) as { events: { type: string; revision: number }[] };
    expect(events.map(({ type, revision }) => [revision, type])).toEqual([
      [0, 'OrderPlaced'],
      [1, 'CommandRefused'],
    ]);
  });

  it('explains what was done, and what was refused, under a key', async () => {
    const done = await inspect('key', 'key-to-explain');
    const quoted = await inspect('key', '"key-to-explain"');
    const unfinished = await inspect('key', '"key-to-explain');
    const refused = await inspect('key', 'key-of-refusal', '--sub', 'ada');
    const others = await inspect('key', 'key-of-refusal', '--sub', 'bob');

    expect(done.code).toBe(0);
    expect(done.stdout).toContain(`PlaceOrder by ada on order-${orderId}`);
    expect(quoted).toMatchObject({ code: 0, stdout: done.stdout });
    expect(unfinished).toMatchObject({ code: 2, stdout: '' });
    expect(unfinished.stderr).toContain('A key begins and ends with a quote, or has none around it.');
    expect(refused.stdout).toMatch(/FulfilOrder by ada .*\n {2}was refused: .*order-not-paid/);
    expect(others).toMatchObject({ code: 1, stdout: '' });
    expect(others.stderr).toContain('Nothing was recorded under this key');
  });

  it('shows where projections stand, and counts', async () => {
    const shown = await inspect('projections');
    const stats = await inspect('stats', '--json');

    expect(shown.code).toBe(0);
    for (const { name, version } of projections) {
      expect(shown.stdout).toMatch(new RegExp(`^${name} +live +${version} +1 +28 +28 +0$`, 'm'));
    }
    expect(JSON.parse(stats.stdout)).toMatchObject({
      orders: { 'EUR pending': { count: 2, total: '4899' } },
      behind: 0,
    });
  });

  it('says no, exit 1, of what is not there', async () => {
    const order = await inspect('order', '00000000-0000-4000-8000-000000000000');
    const stream = await inspect('stream', 'order-none');

    expect(order).toMatchObject({ code: 1 });
    expect(order.stderr).toContain('There is no order 00000000');
    expect(stream).toMatchObject({ code: 1 });
    expect(stream.stderr).toContain('There is no stream order-none.');
  });

  it('says where no ledger is, exit 3, and makes none', async () => {
    const missing = await run(['inspect', 'stats'], {
      dataDir: join(dataDir, '..'),
      env: { DATA_DIR: join(dataDir, 'none') },
    });

    expect(missing).toMatchObject({ code: 3 });
    expect(missing.stderr).toContain('does not exist');
  });
});

describe('ledger token and ledger keys rotate', () => {
  it('goes on taking tokens of the key before, and signs with the new one', async () => {
    const dataDir = directory();
    const service = await serve({ dataDir });
    const args = ['token', '--sub', 'ada', '--scope', 'orders:read', '--ttl', '60'];
    const before = (await run(args, { dataDir })).stdout.trim();

    const rotated = await run(['keys', 'rotate', '--json'], { dataDir });
    const after = (await run(args, { dataDir })).stdout.trim();

    const { kid } = JSON.parse(rotated.stdout) as { readonly kid: string };
    expect(headerOf(after)).toMatchObject({ alg: 'RS256', kid });
    expect(headerOf(before)).not.toMatchObject({ kid });
    // A running server looks for a new key at most once a second.
    await pause(1_100);
    expect((await new Client(service.url, after).get('/v1/orders')).status).toBe(200);
    expect((await new Client(service.url, before).get('/v1/orders')).status).toBe(200);
    const published = await fetch(`${service.url}/.well-known/jwks.json`);
    const { keys } = (await published.json()) as { readonly keys: readonly object[] };
    expect(keys).toHaveLength(2);
    for (const key of keys)
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('is refused where an identity provider looks after keys and tokens', async () => {
    const dataDir = directory();
    const env = { AUTH_JWKS: 'https://id.example.org/keys' };

    const token = await run(['token', '--sub', 'ada', '--scope', 'admin'], { dataDir, env });
    const rotated = await run(['keys', 'rotate'], { dataDir, env });

    expect(token).toMatchObject({ code: 2 });
    expect(token.stderr).toContain('its issuer makes the tokens');
    expect(rotated).toMatchObject({ code: 2 });
    expect(rotated.stderr).toContain('its issuer looks after the keys');
  });
});

function headerOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'));
}
