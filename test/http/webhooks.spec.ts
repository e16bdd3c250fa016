import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { inspect } from '../../src/cli/inspect/inspect.ts';
import { createTerminal } from '../../src/cli/terminal.ts';
import { gatewayKey } from '../../src/domain/order/calls.ts';
import {
  type Client,
  createClient,
  eventually,
  order,
  orderTotal,
  type Reply,
} from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { openedDispute, reportedTo, sendWebhook, webhooksPath } from '../support/webhook-sender.ts';

const path = webhooksPath;
const nobody = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
const scope = 'ops:read ops:write orders:write';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startTestService(reportedTo);
  client = await createClient(service, await service.token('operator-1', scope));
});
afterAll(() => service.stop());

const report = (body: object) => sendWebhook(client, body);

async function place(token: string): Promise<string> {
  const { body, status } = await client.post('/v1/orders', { ...order, payment: { method: { token } } });
  expect(status).toBe(201);
  return String(body['orderId']);
}

const paymentOf = (orderId: string) => client.get(`/v1/orders/${orderId}/payment`);

async function paid(): Promise<string> {
  const orderId = await place('tok_approve');
  await eventually(
    () => paymentOf(orderId),
    ({ body }) => body['status'] === 'captured',
  );
  return orderId;
}

const counts = (reply: Reply) => reply.body['counts'] as { readonly chargebacks: number };
const items = (reply: Reply) => reply.body['items'] as readonly Readonly<Record<string, unknown>>[];

describe('a report of the payment provider', () => {
  it('is taken, and does to its order what it says', async () => {
    const orderId = await paid();
    const dispute = openedDispute(orderId, 1_000, { fee: { amount: 15, currency: 'EUR' } });
    const reply = await report(dispute);
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({ eventId: dispute.eventId, status: 'received' });
    await eventually(
      () => paymentOf(orderId),
      ({ body }) => body['status'] === 'disputed',
    );
    const won = { ...openedDispute(orderId, 1_000), type: 'dispute.won' };
    await report(won);
    await eventually(
      () => paymentOf(orderId),
      ({ body }) => body['status'] === 'dispute_won',
    );
    const history = await client.get(`/v1/orders/${orderId}/history`);
    const last = items(history).at(-1);
    expect(last).toMatchObject({ type: 'ChargebackWon', actor: 'process:webhooks' });
  });

  it('answers a call whose own answer never came', async () => {
    const orderId = await place('tok_approve_after_cancel');
    const key = gatewayKey(orderId, { operation: 'authorize', call: 1 });
    await report({
      ...openedDispute(orderId, orderTotal),
      ...{ type: 'call.approved', key, reference: 'auth-by-report' },
    });
    await eventually(
      () => paymentOf(orderId),
      ({ body }) => {
        // On a slow server the first answers are that nothing is known of the order yet.
        const authorized = body['authorized'] as { readonly amount: number } | undefined;
        return authorized?.amount === orderTotal;
      },
    );
  });

  it('sent a hundred times at once is recorded once and has one effect', async () => {
    const orderId = await paid();
    const body = openedDispute(orderId, 700);
    const replies = await Promise.all(Array.from({ length: 100 }, () => report(body)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    const statuses = replies.map((reply) => reply.body['status']);
    expect(statuses.filter((status) => status === 'received')).toHaveLength(1);
    await eventually(
      () => paymentOf(orderId),
      (reply) => counts(reply).chargebacks === 1,
    );
    await report(body);
    await report({ ...body, amount: { amount: 1, currency: 'EUR' } });
    // Something later of the same kind: whatever the repeated ones did would be done by then.
    await report(openedDispute(orderId, 1));
    const after = await eventually(
      () => paymentOf(orderId),
      (reply) => counts(reply).chargebacks >= 2,
    );
    expect(counts(after).chargebacks).toBe(2);
    expect(after.body['disputed']).toMatchObject({ amount: 701 });
  });

  it('that comes early waits, and is applied once its order knows', async () => {
    const orderId = await paid();
    await report({ ...openedDispute(orderId, 300), eventId: 'early-lost', type: 'dispute.lost' });
    await eventually(
      () => client.get(`${path}?status=waiting`),
      (reply) => items(reply).some(({ eventId }) => eventId === 'early-lost'),
    );
    await report(openedDispute(orderId, 300));
    await eventually(
      () => paymentOf(orderId),
      ({ body }) => body['status'] === 'dispute_lost',
    );
  });

  it('on an order that is not there is taken, and put into quarantine', async () => {
    const body = openedDispute(nobody);
    const taken = await report(body);
    expect(taken.status).toBe(202);
    const listed = await eventually(
      () => client.get(`${path}?status=quarantined`),
      (reply) => items(reply).some(({ eventId }) => eventId === body.eventId),
    );
    const entry = items(listed).find(({ eventId }) => eventId === body.eventId);
    expect(entry).toMatchObject({ reason: 'order-not-found', paymentId: nobody, releases: 0 });

    const released = await client.post(`${path}/${entry?.['webhookId']}/release`, {});
    expect(released.status).toBe(200);
    expect(released.body).toMatchObject({ status: 'waiting', releases: 1 });
    const again = await eventually(
      () => client.get(path),
      (reply) => items(reply).some((each) => each['eventId'] === body.eventId && each['revision'] === 3),
    );
    expect(items(again).find(({ eventId }) => eventId === body.eventId)).toMatchObject({
      status: 'quarantined',
    });
  });

  it('survives a restart before it was applied', async () => {
    const orderId = await paid();
    service = await service.restart(['command', 'query', 'projector']);
    client = await createClient(service, await service.token('operator-1', scope));
    expect((await report(openedDispute(orderId, 200))).status).toBe(202);
    service = await service.restart(['command', 'query', 'projector', 'process']);
    client = await createClient(service, await service.token('operator-1', scope));
    await eventually(
      () => paymentOf(orderId),
      ({ body }) => body['status'] === 'disputed',
    );
  });
});

test('the inbox is for operators', async () => {
  const customer = client.as(await service.token('customer-1', 'orders:read orders:write'));
  expect((await customer.get(path)).status).toBe(403);
  expect((await customer.post(`${path}/${nobody}/release`)).status).toBe(403);
  expect((await client.post(`${path}/${nobody}/release`)).status).toBe(404);
  expect((await client.get(`${path}?status=lost`)).status).toBe(400);
  expect((await client.get(`${path}?limit=1`)).body['nextCursor']).toEqual(expect.any(String));
});

test('`ledger inspect webhooks` shows what no order has taken in, and says no where a human has to look', async () => {
  await eventually(
    () => client.get(`${path}?status=waiting`),
    (reply) => items(reply).length === 0,
  );
  const answers: unknown[] = [];
  const rows: string[][] = [];
  const code = await inspect.run({
    words: ['webhooks'],
    options: {},
    config: service.config,
    terminal: {
      ...createTerminal(true),
      table: (_columns, lines) => void rows.push(...lines.map((line) => [...line])),
      answer: (answer) => void answers.push(answer),
    },
  });
  expect(code).toBe(1);
  const listed = items(await client.get(`${path}?status=quarantined`));
  expect(answers).toEqual([{ webhooks: listed, behind: expect.any(Number) }]);
  expect(rows.map((row) => row.slice(2, 4))).toEqual([['dispute.opened', nobody]]);
});
