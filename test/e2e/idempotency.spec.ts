import { beforeAll, describe, expect, it } from 'vitest';
import { ready, until } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { type Answer, bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import { allOrders, historyOf, type OrderBody } from './support/queries.ts';

const { directory, serve } = useWorkspace();

interface ProblemBody {
  readonly type: string;
  readonly code?: string;
  readonly errors?: readonly { readonly pointer: string }[];
}

describe('a hundred identical requests at once, then kill -9 and a restart', () => {
  const dataDir = directory();
  const key = 'key-of-the-hundred';
  let answers: readonly Answer[] = [];
  let refused: Answer;
  let client: Client;
  let orderId = '';

  beforeAll(async () => {
    const token = await tokenFor(dataDir, 'ada');
    const first = await serve({ dataDir });
    const before = new Client(first.url, token);
    answers = await Promise.all(
      Array.from({ length: 100 }, () => before.post('/v1/orders', key, orderBody())),
    );
    orderId = bodyOf<OrderBody>(answers[0] as Answer).orderId;
    refused = await before.post(`/v1/orders/${orderId}/fulfil`, 'key-of-the-refusal', {});
    await first.kill('SIGKILL');
    const second = await serve({ dataDir });
    await ready(second.url);
    client = new Client(second.url, token);
  });

  it('answered all of them with the same status and the same bytes', () => {
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.get('etag')))).toEqual(new Set(['"0"']));
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(99);
  });

  it('recorded one order with one event', async () => {
    // Whoever takes over from the dead projector waits until it is dead for certain.
    await until(async () => (await allOrders(client)).length > 0, 20_000, 'the order to be listed');
    expect(await allOrders(client)).toMatchObject([{ orderId }]);
    const events = await historyOf(client, orderId);
    expect(events.map(({ type }) => type)).toEqual(['OrderPlaced', 'CommandRefused']);
  });

  it('answers the key with the same bytes after the crash, saying that it is a replay', async () => {
    const again = await client.post('/v1/orders', key, orderBody());

    expect(again.status).toBe(201);
    expect(again.text).toBe(answers[0]?.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(`/v1/orders/${orderId}`);
  });

  it('refuses the key with another body as 422, names what differs and records nothing', async () => {
    const before = await historyOf(client, orderId);

    const other = await client.post('/v1/orders', key, orderBody({ currency: 'USD' }));

    expect(other.status).toBe(422);
    const problem = bodyOf<ProblemBody>(other);
    expect(problem.type).toMatch(/idempotency-key-reused$/);
    expect(problem.errors).toMatchObject([{ pointer: '/currency' }]);
    expect(await historyOf(client, orderId)).toEqual(before);
  });

  it('refuses again what was refused before the crash, even once it would be allowed', async () => {
    expect(refused.status).toBe(409);
    expect(bodyOf<ProblemBody>(refused).code).toBe('order-not-paid');
    const path = `/v1/orders/${orderId}`;
    await client.post(`${path}/payment/authorize`, 'authorize-1', { method: { token: 'tok_visa' } });
    await client.post(`${path}/payment/capture`, 'capture-1', {});

    const again = await client.post(`${path}/fulfil`, 'key-of-the-refusal', {});
    const fresh = await client.post(`${path}/fulfil`, 'another-key', {});

    expect(again.status).toBe(409);
    expect(again.text).toBe(refused.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(fresh.status).toBe(200);
    expect(bodyOf<OrderBody>(fresh).status).toBe('completed');
  });

  it('keeps the same key of another caller apart', async () => {
    const url = (await serve({ dataDir })).url;
    const other = new Client(url, await tokenFor(dataDir, 'bob', 'orders:write orders:read'));

    const own = await other.post('/v1/orders', key, orderBody());

    expect(own.status).toBe(201);
    expect(own.headers.get('idempotent-replayed')).toBeNull();
    expect(bodyOf<OrderBody>(own).orderId).not.toBe(orderId);
  });
});
