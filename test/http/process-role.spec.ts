import { expect, test } from 'vitest';
import { startService } from '../../src/service.ts';
import { createClient, order } from '../support/http-client.ts';
import { until } from '../support/ledger-child.ts';
import { startTestService, type TestService } from '../support/service.ts';

const everything = 'orders:write orders:read ops:write ops:read';
const gateway = { PAYMENT_GATEWAY: 'simulated:?seed=7' };
const paying = { ...order, payment: { method: { token: 'tok_approve' } } };
/** On files: what several processes share must be somewhere that they can. */
const onFiles = { CACHE: 'memory:', ...gateway };

async function withProcess(service: TestService, use: (url: string) => Promise<void>): Promise<void> {
  const failures: Error[] = [];
  const process = await startService(service.config, new Set(['process']), (error) => failures.push(error));
  try {
    await use(process.url);
  } finally {
    await process.stop();
  }
  expect(failures).toEqual([]);
}

test('a process of its own performs what others have taken, and says how far its list is', async () => {
  const service = await startTestService({ environment: onFiles, roles: ['command', 'query', 'projector'] });
  try {
    const client = await createClient(service, await service.token('customer-1', everything));
    const placed = await client.post('/v1/orders', paying);
    const path = String(placed.headers.get('location'));
    const statusNow = async () => (await client.get(path)).body['status'];
    expect(placed.body).toMatchObject({ status: 'pending', payment: { status: 'authorizing' } });

    await withProcess(service, async (url) => {
      await until(async () => (await statusNow()) === 'paid', 20_000, 'the order to be paid');
      const standing = async () => {
        const ready = await fetch(`${url}/readyz`);
        expect(ready.status).toBe(200);
        return (await ready.json()) as { projections: { name: string; lag: number }[] };
      };
      expect(await standing()).toMatchObject({
        dependencies: [{ name: 'event store' }, { name: 'read model' }],
      });
      const lag = async () => (await standing()).projections.find(({ name }) => name === 'payment-work')?.lag;
      await until(async () => (await lag()) === 0, 10_000, 'the list to be up with the log');
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain('ledger_gateway_asked_total{asked="authorize",outcome="approved"} 1');
      expect(metrics).toContain('ledger_gateway_asked_total{asked="capture",outcome="approved"} 1');
    });
  } finally {
    await service.stop();
  }
});

test('two processes at once are one', async () => {
  const service = await startTestService({ environment: onFiles });
  try {
    const client = await createClient(service, await service.token('customer-1', everything));
    await withProcess(service, async () => {
      const placed = await Promise.all(
        Array.from({ length: 20 }, () =>
          client.post('/v1/orders', paying, { headers: { prefer: 'wait=2' } }),
        ),
      );
      for (const each of placed) {
        const path = String(each.headers.get('location'));
        await until(
          async () => (await client.get(path)).body['status'] === 'paid',
          20_000,
          `${path} to be paid`,
        );
        const history = await client.get(`${path}/history`);
        const types = (history.body['items'] as { type: string }[]).map(({ type }) => type);
        expect(types.filter((type) => type === 'PaymentAuthorized')).toHaveLength(1);
        expect(types.filter((type) => type === 'PaymentCaptured')).toHaveLength(1);
      }
    });
  } finally {
    await service.stop();
  }
});

test('where nobody is asked, a process of its own has nothing to do and needs nothing', async () => {
  const service = await startTestService({ roles: ['command'] });
  try {
    await withProcess(service, async (url) => {
      const ready = await fetch(`${url}/readyz`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ status: 'ready', dependencies: [{ name: 'event store' }] });
    });
  } finally {
    await service.stop();
  }
});
