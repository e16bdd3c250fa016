import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, order, orderTotal, type Reply } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

interface Amounts {
  readonly authorized: { readonly amount: number };
  readonly captured: { readonly amount: number };
  readonly refunded: { readonly amount: number };
}

let service: TestService;
let operator: Client;

beforeAll(async () => {
  service = await startTestService();
  operator = await createClient(service, await service.token('operator-1', 'ops:write ops:read'));
});
afterAll(() => service.stop());

const tok = { method: { token: 'tok_visa' } };
const place = async () => String((await operator.post('/v1/orders', order)).headers.get('location'));
const accepted = (replies: readonly Reply[]) => replies.filter(({ status }) => status === 200);

/** All commands at once; whatever becomes of each, the history has no gap and knows every one of them. */
async function race(
  path: string,
  commands: readonly (readonly [string, object])[],
): Promise<readonly Reply[]> {
  const before = (await historyOf(path)).length;
  const replies = await Promise.all(
    commands.map(([command, body]) => operator.post(`${path}/${command}`, body)),
  );
  for (const { status, text } of replies) expect([200, 409], text).toContain(status);
  const items = await historyOf(path);
  expect(items.map(({ revision }) => revision)).toEqual(items.map((_, index) => index));
  expect(new Set(items.slice(before).map(({ commandId }) => commandId)).size).toBe(commands.length);
  const revisions = accepted(replies).map(({ body }) => body['revision']);
  expect(new Set(revisions).size).toBe(revisions.length);
  return replies;
}

const historyOf = async (path: string) =>
  (await operator.get(`${path}/history`)).body['items'] as readonly {
    readonly revision: number;
    readonly commandId: string;
    readonly type: string;
  }[];

async function amountsOf(path: string, last: readonly Reply[]): Promise<Amounts> {
  const position = Math.max(...accepted(last).map(({ headers }) => Number(headers.get('ledger-position'))));
  const { body } = await operator.get(`${path}/payment`, {
    headers: { 'ledger-position': String(position) },
  });
  return body as unknown as Amounts;
}

const times = (count: number, command: string, body: object) =>
  Array.from({ length: count }, () => [command, body] as const);

test('of forty authorizations of a tenth of the total at once, ten are made', async () => {
  const path = await place();
  const replies = await race(path, times(40, 'payment/authorize', { amount: orderTotal / 10, ...tok }));
  expect(accepted(replies)).toHaveLength(10);
  expect((await amountsOf(path, replies)).authorized.amount).toBe(orderTotal);
});

test('captures and refunds at once never return more than was taken, nor take more than was held', async () => {
  const path = await place();
  await operator.post(`${path}/payment/authorize`, tok);
  const amount = orderTotal / 10;
  const captures = times(20, 'payment/capture', { amount });
  const refunds = times(20, 'payment/refund', { amount, reason: 'broken' });
  const replies = await race(
    path,
    captures.flatMap((capture, index) => [capture, refunds[index] ?? capture]),
  );
  const { captured, refunded } = await amountsOf(path, replies);
  expect(captured.amount).toBe(orderTotal);
  expect(refunded.amount).toBeLessThanOrEqual(captured.amount);
  const made = accepted(replies).length * amount;
  expect(captured.amount + refunded.amount).toBe(made);
});

test('of cancelling and paying at once, one happens, and the other is told what did', async () => {
  for (let round = 0; round < 10; round++) {
    const path = await place();
    await operator.post(`${path}/payment/authorize`, tok);
    const both = [
      ['payment/capture', {}],
      ['cancel', { reason: 'changed mind' }],
    ] as const;
    const replies = await race(path, round % 2 === 0 ? both : both.toReversed());
    expect(accepted(replies)).toHaveLength(1);
    const loser = replies.find(({ status }) => status === 409);
    expect(['order-already-cancelled', 'order-has-captured-money']).toContain(loser?.body['code']);
  }
});

test('of fifty commands that insist on one revision, one is carried out', async () => {
  const path = await place();
  const replies = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      operator.post(`${path}/notes`, { note: `note ${index}` }, { headers: { 'if-match': '"0"' } }),
    ),
  );
  expect(accepted(replies)).toHaveLength(1);
  expect(replies.filter(({ status }) => status === 412)).toHaveLength(49);
  expect(await historyOf(path)).toHaveLength(2);
});
