import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, freshKey, order, orderTotal } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let customer: Client;
let operator: Client;

beforeAll(async () => {
  service = await startTestService();
  customer = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
  operator = customer.as(await service.token('operator-1', 'ops:write ops:read'));
});
afterAll(() => service.stop());

const tok = { method: { token: 'tok_visa' } };

async function held(): Promise<string> {
  const { body } = await customer.post('/v1/orders', order);
  const path = `/v1/orders/${body['orderId']}`;
  await customer.post(`${path}/payment/authorize`, tok);
  return path;
}

async function revisionOf(path: string): Promise<unknown> {
  return (await operator.get(path, { headers: { 'ledger-position': '0' } })).body['revision'];
}

test('a dry run answers events, postings and the order, and records nothing', async () => {
  const path = await held();
  const plan = await operator.post(`${path}/payment/capture?dryRun=true`, {});
  expect(plan.status).toBe(200);
  const clearing = { debit: '1100:external', credit: '2000', amount: orderTotal, currency: 'EUR' };
  expect(plan.body).toMatchObject({
    dryRun: true,
    replays: false,
    events: [{ type: 'PaymentCaptured' }, { type: 'OrderPaid' }],
    postings: [{ debit: '9100', credit: '9000', amount: orderTotal }, clearing],
    order: { status: 'paid', revision: 3 },
  });
  expect(plan.headers.get('etag')).toBe('"1"');
  const real = await operator.post(`${path}/payment/capture`, {});
  expect(real.body['revision']).toBe(3);
});

test('the key of a dry run stays unused, and one that was used would be replayed', async () => {
  const path = await held();
  const key = freshKey();
  await operator.post(`${path}/payment/capture?dryRun=true`, {}, { key });
  const real = await operator.post(`${path}/payment/capture`, {}, { key });
  expect(real.headers.has('idempotent-replayed')).toBe(false);
  await operator.post(`${path}/payment/refund`, { reason: 'broken' });
  const plan = await operator.post(`${path}/payment/capture?dryRun=true`, {}, { key });
  expect(plan.body).toMatchObject({ dryRun: true, replays: true, events: [], order: real.body });
});

test('a dry run is refused as the command would be, and the refusal is not recorded', async () => {
  const { body } = await customer.post('/v1/orders', order);
  const path = `/v1/orders/${body['orderId']}`;
  const key = freshKey();
  const refused = await operator.post(`${path}/fulfil?dryRun=true`, {}, { key });
  expect([refused.status, refused.body['code']]).toEqual([409, 'order-not-paid']);
  await customer.post(`${path}/payment/authorize`, tok);
  await operator.post(`${path}/payment/capture`, {});
  expect((await operator.post(`${path}/fulfil`, {}, { key })).status).toBe(200);
});

test('a dry run checks revision, key, owner and body like the command', async () => {
  const path = await held();
  const stranger = customer.as(await service.token('customer-2', 'orders:write'));
  const dry = `${path}/notes?dryRun=true`;
  const stale = await customer.post(dry, { note: 'x' }, { headers: { 'if-match': '"0"' } });
  expect(stale.status).toBe(412);
  expect((await stranger.post(dry, { note: 'x' })).status).toBe(404);
  expect((await customer.post(dry, { note: 'x' }, { key: '' })).status).toBe(400);
  expect((await customer.post(dry, {})).status).toBe(400);
  expect((await customer.post(`${path}/notes?dryRun=yes`, { note: 'x' })).status).toBe(400);
  expect((await customer.post(`${path}/notes?dry=true`, { note: 'x' })).status).toBe(400);
  expect((await customer.post(`${path}/notes?dryRun=false`, { note: 'x' })).body['revision']).toBe(2);
});

test('placing can be tried: nothing is there afterwards', async () => {
  const key = freshKey();
  const plan = await customer.post('/v1/orders?dryRun=true', order, { key });
  expect(plan.status).toBe(200);
  const { orderId } = plan.body['order'] as { readonly orderId: string };
  expect((await customer.get(`/v1/orders/${orderId}/history`)).status).toBe(404);
  const real = await customer.post('/v1/orders', order, { key });
  expect(real.body['orderId']).toBe(orderId);
  expect(await revisionOf(`/v1/orders/${orderId}/history`)).toBeUndefined();
});

test('without a payment provider an order with a payment is refused, and says what to do', async () => {
  const reply = await customer.post('/v1/orders', { ...order, payment: tok });
  expect([reply.status, reply.body['code']]).toEqual([422, 'no-payment-gateway']);
  expect(reply.body['detail']).toMatch(/PAYMENT_GATEWAY/);
});

test('Prefer: wait is answered at once where nothing is waited for', async () => {
  const { body } = await customer.post('/v1/orders', order);
  const reply = await customer.post(`/v1/orders/${body['orderId']}/payment/authorize`, tok, {
    headers: { prefer: 'wait=2' },
  });
  expect(reply.headers.get('preference-applied')).toBe('wait=2');
  expect(reply.body).toMatchObject({ payment: { status: 'authorized' } });
});
