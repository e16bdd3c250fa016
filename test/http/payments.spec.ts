import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Client,
  createClient,
  freshKey,
  order,
  orderTotal,
  type Reply,
} from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

/** The whole service with the simulated payment provider: every call, answer and append is real. */
let service: TestService;
let customer: Client;
let operator: Client;
/** Fails for fifteen seconds until it is given up: begun first, looked at last. */
let givenUp: string;

beforeAll(async () => {
  service = await startTestService({ environment: { PAYMENT_GATEWAY: 'simulated:?seed=1' } });
  customer = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
  operator = customer.as(await service.token('operator-1', 'ops:write ops:read'));
  givenUp = pathOf(await customer.post('/v1/orders', order));
  await customer.post(`${givenUp}/payment/authorize`, method('tok_technical_5'));
});
afterAll(() => service.stop());

const waiting = { headers: { prefer: 'wait=2' } };
const method = (token: string) => ({ method: { token } });
const place = (token: string) => customer.post('/v1/orders', { ...order, payment: method(token) }, waiting);
const pathOf = ({ body }: Reply) => `/v1/orders/${body['orderId']}`;

/** The order once `isThere`, as the log has it. */
async function until(path: string, isThere: (order: Answer) => boolean, secondsMax = 10): Promise<Answer> {
  const deadlineMs = performance.now() + secondsMax * 1_000;
  for (;;) {
    const { body } = await operator.get(path);
    const answer = body as unknown as Answer;
    if (isThere(answer)) return answer;
    if (performance.now() > deadlineMs) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Answer {
  readonly status: string;
  readonly phase: string;
  readonly payment: {
    readonly status: string;
    readonly captured: { readonly amount: number };
    readonly refunded: { readonly amount: number };
    readonly calls: readonly { readonly status: string; readonly failures: number }[];
  };
}

test('an order placed with a payment is paid without a further call', async () => {
  const placed = await place('tok_approve');
  expect(placed.status).toBe(201);
  expect(placed.headers.get('preference-applied')).toBe('wait=2');
  const paid = await until(pathOf(placed), ({ status }) => status !== 'pending');
  expect(paid).toMatchObject({
    status: 'paid',
    payment: { status: 'captured', captured: { amount: orderTotal }, provider: { gateway: 'simulated' } },
  });
});

test('a decline cancels it, with the reason, and is never asked again', async () => {
  const cancelled = await until(pathOf(await place('tok_decline')), ({ status }) => status !== 'pending');
  expect(cancelled).toMatchObject({
    status: 'cancelled',
    cancelReason: 'payment_failed: card-declined',
    payment: { status: 'declined', calls: [{ status: 'declined', failures: 0 }] },
  });
});

test('what is known is answered at once; a replay is the first answer to the byte', async () => {
  const key = freshKey();
  const body = { ...order, payment: method('tok_approve') };
  const placed = await customer.post('/v1/orders', body, { key });
  expect(placed.body).toMatchObject({ status: 'pending', payment: { status: 'authorizing' } });
  await until(pathOf(placed), ({ status }) => status === 'paid');
  const again = await customer.post('/v1/orders', body, { key });
  expect(again.text).toBe(placed.text);
});

test('an outcome nobody knows is asked for, and never guessed: charged once', async () => {
  for (const token of ['tok_timeout_then_ok', 'tok_timeout_lost']) {
    const paid = await until(pathOf(await place(token)), ({ status }) => status !== 'pending');
    expect(paid, token).toMatchObject({ status: 'paid', payment: { captured: { amount: orderTotal } } });
    expect(paid.payment.calls[0]?.failures, token).toBeGreaterThan(0);
  }
});

test('authorize, capture in part, refund and cancel are asked of the provider that holds the money', async () => {
  const path = pathOf(await customer.post('/v1/orders', order));
  const held = await customer.post(`${path}/payment/authorize`, method('tok_approve'), waiting);
  expect(held.body).toMatchObject({ status: 'pending', payment: { status: 'authorized' } });
  const part = await operator.post(`${path}/payment/capture`, { amount: 100 }, waiting);
  expect(part.body).toMatchObject({ payment: { status: 'partially_captured', captured: { amount: 100 } } });
  const refunded = await operator.post(`${path}/payment/refund`, { reason: 'one broken' }, waiting);
  expect(refunded.body).toMatchObject({ payment: { refunded: { amount: 100 } } });
  const cancelled = await customer.post(`${path}/cancel`, { reason: 'changed my mind' }, waiting);
  expect(cancelled.body).toMatchObject({
    status: 'cancelled',
    payment: { open: { capture: { amount: 0 } } },
  });
});

test('a provider is asked for the whole amount', async () => {
  const path = pathOf(await customer.post('/v1/orders', order));
  const body = { amount: 1, ...method('tok_approve') };
  const refused = await customer.post(`${path}/payment/authorize`, body);
  expect([refused.status, refused.body['code']]).toEqual([409, 'provider-takes-whole']);
});

test('a dry run asks nobody', async () => {
  const path = pathOf(await customer.post('/v1/orders', order));
  const plan = await customer.post(`${path}/payment/authorize?dryRun=true`, method('tok_approve'), waiting);
  expect(plan.body).toMatchObject({ dryRun: true, events: [{ type: 'PaymentRequested' }], postings: [] });
  expect((await operator.get(`${path}/history`)).body['items']).toHaveLength(1);
});

test('a call that was given up is tried again when an operator says so', async () => {
  const path = givenUp;
  const parked = await until(path, ({ payment }) => payment.calls[0]?.status === 'parked', 30);
  expect(parked).toMatchObject({ status: 'pending', payment: { status: 'failed_technical' } });
  const blocked = await customer.post(`${path}/payment/authorize`, method('tok_approve'));
  expect(blocked.body['code']).toBe('payment-call-open');
  const retried = await operator.post(`${path}/payment/retry`, {}, waiting);
  expect(retried.status).toBe(200);
  await until(path, ({ payment }) => payment.status === 'authorized');
  const nothing = await operator.post(`${path}/payment/retry`, {});
  expect(nothing.body['code']).toBe('nothing-to-retry');
});
