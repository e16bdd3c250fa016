import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLedger } from '../../src/main.ts';
import { rebuild, rollback } from '../../src/projections/rebuild.ts';
import { projections } from '../../src/projections/registry.ts';
import {
  type Client,
  createClient,
  freshKey,
  order,
  orderTotal,
  type Reply,
} from '../support/http-client.ts';
import { uniqueNameIn } from '../support/server-places.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { servers } from '../support/test-servers.ts';
import { type Combination, environmentOn } from './combination.ts';
import { after, allRows, positionIn, type Question, tok } from './questions.ts';

const ordersInLists = 23;
const identicalAtOnce = 40;
const racersAtOnce = 24;

/** What a ledger does, end to end over HTTP, whatever its stores are. The tests build on each other. */
export function endToEnd(combination: Combination): void {
  const { eventStore, readModel } = combination;
  let service: TestService;
  let customer: Client;
  let operator: Client;
  /** Asked again, and answered the same, after everything that comes between. */
  const asked: Question[] = [];

  const connect = async () => {
    const anonymous = await createClient(service);
    customer = anonymous.as(await service.token('customer-1', 'orders:write orders:read'));
    operator = anonymous.as(await service.token('operator-1', 'ops:write ops:read'));
  };
  const place = async (more: object = {}) => customer.post('/v1/orders', { ...order, ...more });
  const pathOf = (reply: Reply) => `/v1/orders/${reply.body['orderId']}`;

  beforeAll(async () => {
    const environment = environmentOn(combination, servers(), uniqueNameIn(servers()));
    service = await startTestService({ environment });
    await connect();
  });
  afterAll(() => service.stop());

  test('every command is carried out, and read back at once as it was answered', async () => {
    const placed = await place({ externalId: 'web/1', note: 'ring twice' });
    expect(placed).toMatchObject({ status: 201, body: { status: 'pending', revision: 0 } });
    const path = pathOf(placed);
    const steps: readonly (readonly [Client, string, object, object])[] = [
      [customer, 'lines', { lines: [{ ...order.lines[0], quantity: 2 }] }, { total: { amount: 900 } }],
      [customer, 'notes', { note: 'leave at the door' }, { status: 'pending' }],
      [customer, 'payment/authorize', { amount: 400, ...tok }, { payment: { status: 'authorized' } }],
      [customer, 'payment/void', {}, { status: 'pending' }],
      [customer, 'payment/authorize', tok, { payment: { status: 'authorized' } }],
      [operator, 'payment/capture', { amount: 100 }, { status: 'pending' }],
      [operator, 'payment/capture', { final: false }, { status: 'paid' }],
      [operator, 'fulfil', {}, { status: 'completed' }],
      [
        operator,
        'payment/refund',
        { amount: 300, reason: 'broken' },
        { payment: { status: 'partially_refunded' } },
      ],
      [operator, 'payment/chargeback', { amount: 200, action: 'open' }, { payment: { status: 'disputed' } }],
      [operator, 'payment/chargeback', { amount: 200, action: 'won' }, { status: 'completed' }],
    ];
    for (const [client, command, body, wanted] of steps) {
      const reply = await client.post(`${path}/${command}`, body);
      expect(reply, `${command}: ${reply.text}`).toMatchObject({ status: 200, body: wanted });
      const read = await customer.get(path, after(reply));
      expect(read, command).toMatchObject({ status: 200, text: reply.text });
      expect(read.headers.get('etag')).toBe(reply.headers.get('etag'));
      expect(positionIn(read)).toBeGreaterThanOrEqual(positionIn(reply));
    }
    const cancelled = await customer.post(`${pathOf(await place())}/cancel`, { reason: 'changed mind' });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    const payment = await customer.get(`${path}/payment`, after(cancelled));
    expect(payment.body).toMatchObject({ captured: { amount: 900 }, refunded: { amount: 300 } });
    asked.push({ path }, { path: `${path}/payment` });
  });

  test('what cannot be is refused as documented, and a refusal stays one', async () => {
    const path = pathOf(await place());
    const key = freshKey();
    const first = await operator.post(`${path}/payment/capture`, {}, { key });
    expect(first).toMatchObject({ status: 409, body: { code: 'payment-not-authorized' } });
    await customer.post(`${path}/payment/authorize`, tok);
    const again = await operator.post(`${path}/payment/capture`, {}, { key });
    expect(again).toMatchObject({ status: 409, text: first.text });
    const stranger = operator.as(await service.token('customer-2', 'orders:write orders:read'));
    const statuses = await Promise.all([
      customer.post('/v1/orders', { ...order, unknown: 1 }),
      customer.post('/v1/orders', order, { key: '' }),
      customer.post('/v1/orders', order, { token: 'a.b.c' }),
      customer.post(`${path}/fulfil`),
      stranger.post(`${path}/notes`, { note: 'mine?' }),
      stranger.get(path),
      customer.request('DELETE', path),
      customer.post(`${path}/notes`, { note: 'x' }, { headers: { 'if-match': '"77"' } }),
      customer.post(`${path}/payment/authorize`, { amount: { amount: 1, currency: 'USD' }, ...tok }),
      customer.get('/v1/orders?limit=0'),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([400, 400, 401, 403, 404, 404, 405, 412, 422, 400]);
  });

  test('a command that is sent again is answered the same to the byte; another under its key is 422', async () => {
    const key = freshKey();
    const all = await Promise.all(
      Array.from({ length: identicalAtOnce }, () => customer.post('/v1/orders', order, { key })),
    );
    expect(new Set(all.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(all.filter(({ headers }) => !headers.has('idempotent-replayed'))).toHaveLength(1);
    const first = all[0] as Reply;
    const path = String(first.headers.get('location'));
    await customer.post(`${path}/cancel`, { reason: 'changed mind' });
    const again = await customer.post('/v1/orders', order, { key });
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(positionIn(again)).toBe(positionIn(first));
    const other = await customer.post('/v1/orders', { ...order, currency: 'USD' }, { key });
    expect(other).toMatchObject({ status: 422, body: { errors: [{ pointer: '/currency' }] } });
    expect((await customer.get(`${path}/history`)).body['items']).toHaveLength(2);
    asked.push({ path: '/v1/orders', key, body: order });
  });

  test('commands that race for one order share it out exactly', async () => {
    const path = pathOf(await place());
    const replies = await Promise.all(
      Array.from({ length: racersAtOnce }, () =>
        customer.post(`${path}/payment/authorize`, { amount: orderTotal / 10, ...tok }),
      ),
    );
    const made = replies.filter(({ status }) => status === 200);
    expect(made).toHaveLength(10);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(racersAtOnce - 10);
    const last = made.toSorted((a, b) => positionIn(a) - positionIn(b)).at(-1);
    const { body } = await customer.get(`${path}/payment`, after(last));
    expect(body['authorized']).toMatchObject({ amount: orderTotal });
    const { body: history } = await customer.get(`${path}/history`);
    const items = history['items'] as readonly { readonly revision: number; readonly position: number }[];
    expect(items.map(({ revision }) => revision)).toEqual(items.map((_, index) => index));
    expect(items.map(({ position }) => position)).toEqual(
      items.map(({ position }) => position).toSorted((a, b) => a - b),
    );
    asked.push({ path: `${path}/history` });
  });

  test('lists show every order once, page by page, filtered, and to nobody else', async () => {
    const lister = customer.as(await service.token('customer-3', 'orders:write orders:read'));
    const placed = await Promise.all(
      Array.from({ length: ordersInLists }, (_, index) =>
        lister.post('/v1/orders', { ...order, externalId: `list/${index % 5}` }),
      ),
    );
    const last = await lister.post(`${pathOf(placed[0] as Reply)}/cancel`, { reason: 'changed mind' });
    await Promise.all([...placed, last].map((reply) => lister.get('/v1/orders?limit=1', after(reply))));
    const rows = await allRows(lister, 'limit=4');
    expect(new Set(rows.map(({ orderId }) => orderId)).size).toBe(ordersInLists);
    expect(rows).toHaveLength(ordersInLists);
    const times = rows.map(({ placedAt }) => placedAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(await allRows(lister, 'status=cancelled')).toHaveLength(1);
    expect(await allRows(lister, 'externalId=list%2F1&limit=2')).toHaveLength(5);
    expect(await allRows(operator, 'customerId=customer-3&limit=100')).toEqual(rows);
    expect(await allRows(customer, 'customerId=customer-3')).toEqual([]);
    asked.push({ path: '/v1/orders?customerId=customer-3&limit=100' });
  });

  test('an order is read as it was, its statistics count, and who has it already gets 304', async () => {
    const placed = await place();
    const path = pathOf(placed);
    const before = await operator.get('/v1/stats', after(placed));
    const noted = await customer.post(`${path}/notes`, { note: 'late' });
    expect((await customer.get(`${path}?revision=0`)).text).toBe(placed.text);
    expect((await customer.get(`${path}?at=${noted.body['updatedAt']}`)).text).toBe(noted.text);
    expect((await customer.get(`${path}?revision=9`)).status).toBe(404);
    await customer.get(path, after(noted));
    const known = await customer.get(path, { headers: { 'if-none-match': '"1"' } });
    expect(known).toMatchObject({ status: 304, text: '' });
    const cancelled = await customer.post(`${path}/cancel`, { reason: 'changed mind' });
    const then = await operator.get('/v1/stats', after(cancelled));
    const count = ({ body }: Reply, wanted: string) =>
      (body['orders'] as readonly { status: string; count: number }[]).find(({ status }) => status === wanted)
        ?.count ?? 0;
    expect(count(then, 'cancelled')).toBe(count(before, 'cancelled') + 1);
    expect(count(then, 'pending')).toBe(count(before, 'pending') - 1);
    asked.push({ path: '/v1/stats' }, { path: `${path}?revision=1` });
  });

  test('its parts are ready, its projections live, its figures there', async () => {
    expect(await operator.get('/readyz', { token: '' })).toMatchObject({ body: { status: 'ready' } });
    const { body } = await operator.get('/v1/projections');
    const live = projections.map(({ name }) => expect.objectContaining({ name, state: 'live' }));
    expect(body['items']).toEqual(expect.arrayContaining(live));
    const { text } = await operator.get('/metrics');
    expect(text).toMatch(/ledger_commands_total\{outcome="executed"\} [1-9]/);
    expect(text).toContain('ledger_projection_position{projection="stats"}');
  });

  if (eventStore.durable && readModel.durable) {
    test('projections are rebuilt and rolled back while it is written to and read, and nobody notices', async () => {
      const path = pathOf(await place());
      let stopped = false;
      const traffic = (async () => {
        for (let count = 0; !stopped; count++) {
          const noted = await customer.post(`${path}/notes`, { note: `note ${count}` });
          expect(await customer.get(path, after(noted))).toMatchObject({ status: 200, text: noted.text });
        }
      })();
      const ledger = await openLedger(service.config, { documents: 'write' });
      try {
        for (const projection of projections) await rebuild(projection, ledger, {});
        expect(await rollback(projections[0] ?? Object(), ledger)).toMatchObject({ done: true });
      } finally {
        stopped = true;
        await ledger.close();
        await traffic;
      }
    });
  }

  if (eventStore.durable) {
    test('a restart loses nothing, and every answer stays the same to the byte', async () => {
      const answers = () => Promise.all(asked.map((question) => ask(question, customer, operator)));
      const last = await place();
      await operator.get('/v1/stats', after(last));
      await operator.get('/v1/orders', after(last));
      const before = await answers();
      service = await service.restart();
      await connect();
      await Promise.all(asked.map(({ path }) => operator.get(path, after(last))));
      expect(await answers()).toEqual(before);
    });
  } else if (readModel.durable) {
    test('documents of a log that is gone are refused at the start, not served', async () => {
      await operator.get('/v1/orders', after(await place()));
      await expect(service.restart()).rejects.toThrow('an older log was put back');
      rmSync(service.dataDir, { recursive: true, force: true });
      service = await startTestService();
    });
  }
}

/** The answer, without what is different each time it is given. */
async function ask({ path, key, body }: Question, customer: Client, operator: Client): Promise<string> {
  const reply = key === undefined ? await operator.get(path) : await customer.post(path, body, { key });
  return `${path} ${reply.status} ${reply.text}`;
}
