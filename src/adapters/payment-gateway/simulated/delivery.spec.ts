import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { paymentId, simulatedWorld, webhookSecret } from '../../../../test/support/simulated-world.ts';
import { eventually, temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { moneyOf } from '../../../domain/kernel/money.ts';
import type { GatewayReport } from '../../../ports/payment-gateway.ts';
import { WrongAddress } from '../../shared/wrong-address.ts';
import { createSystemClock } from '../../system/system-clock.ts';
import { openSimulatedGateway } from './simulated-gateway.ts';

test('every approval and decline is reported, once, in the order they came', async () => {
  const { authorize, ask, gateway, taken } = simulatedWorld();
  await authorize('tok_approve');
  await authorize('tok_approve');
  await ask('capture', 2, 4_000);
  await ask('capture', 3, 9_000);
  expect(await gateway.deliver()).toBe(3);
  expect(await gateway.deliver()).toBe(0);
  expect(taken).toMatchObject([
    { type: 'call.approved', key: `payment/${paymentId}/authorize/1`, expiresAt: expect.any(String) },
    { type: 'call.approved', key: `payment/${paymentId}/capture/2`, fee: moneyOf(81, 'EUR') },
    { type: 'call.declined', key: `payment/${paymentId}/capture/3`, code: 'insufficient-hold' },
  ]);
});

test('what is not taken is sent again, ever later, until it is', async () => {
  let status = 503;
  const asked: number[] = [];
  const { authorize, gateway, clock, taken } = simulatedWorld('', () => {
    asked.push(clock.monotonicMs());
    return status;
  });
  await authorize('tok_approve');
  for (let turn = 0; turn < 80; turn++) {
    await gateway.deliver();
    await clock.pass(100);
  }
  const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  expect(pauses).toEqual([600, 1_100, 2_100, 4_100]);
  expect(taken).toEqual([]);
  status = 202;
  await clock.pass(10_000);
  expect(await gateway.deliver()).toBe(1);
  expect(taken).toHaveLength(1);
});

test('duplicates come again with the same id and body, no more than thrice', async () => {
  const { authorize, gateway, clock, taken } = simulatedWorld('duplicates=1');
  await authorize('tok_approve');
  for (let turn = 0; turn < 6; turn++) {
    await gateway.deliver();
    await clock.pass(100);
  }
  expect(taken).toHaveLength(3);
  expect(new Set(taken.map((report) => JSON.stringify(report))).size).toBe(1);
});

test('shuffled reports all come, in another order, and in the same one for the same seed', async () => {
  const orderOf = async (query: string): Promise<readonly string[]> => {
    const { authorize, gateway, clock, taken } = simulatedWorld(query);
    for (let n = 0; n < 30; n++) await authorize('tok_approve', { paymentId: `p-${n}` });
    for (let turn = 0; turn < 25; turn++) {
      await gateway.deliver();
      await clock.pass(100);
    }
    return taken.map((report) => report.paymentId);
  };
  const straight = await orderOf('shuffle=false');
  const shuffled = await orderOf('shuffle=true');
  expect(shuffled).not.toEqual(straight);
  expect([...shuffled].sort()).toEqual([...straight].sort());
  expect(await orderOf('shuffle=true')).toEqual(shuffled);
});

test('webhooks need a secret to sign them with', () => {
  const open = () =>
    openSimulatedGateway('simulated::memory:?webhooks=http://localhost/x', {
      dataDir: '.',
      clock: createSystemClock(),
    });
  expect(open).toThrow(WrongAddress);
  expect(open).toThrow(/GATEWAY_WEBHOOK_SECRET/);
});

test('over the network: signed reports come by themselves, from one process or two, and a redirect is not followed', async () => {
  const requests: { readonly url: string; readonly signature: string; readonly body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = String(request.headers['gateway-signature']);
      requests.push({ url: String(request.url), signature, body: Buffer.concat(chunks) });
      const isFirst = requests.length === 1;
      response.writeHead(isFirst ? 307 : 202, isFirst ? { location: '/elsewhere' } : {}).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const dataDir = temporaryDirectory();
  const clock = createSystemClock();
  const open = () => {
    const url = `simulated:?webhooks=http://127.0.0.1:${port}/v1/gateway/webhooks`;
    const gateway = openSimulatedGateway(url, { dataDir, clock, webhookSecret, acts: true });
    onTestFinished(() => gateway.close());
    return gateway;
  };
  const [gateway] = [open(), open()];
  for (let n = 0; n < 20; n++) {
    await gateway.call({
      operation: 'authorize',
      key: `payment/p-${n}/authorize/1`,
      paymentId: `p-${n}`,
      amount: moneyOf(100, 'EUR'),
      token: 'tok_approve',
    });
  }
  await eventually('every report is there', () => requests.length >= 21);
  const reports: readonly GatewayReport[] = requests.map(({ signature, body }) =>
    gateway.readWebhook(() => signature, body, clock.now()),
  );
  expect(new Set(reports.map(({ eventId }) => eventId)).size).toBe(20);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(requests).toHaveLength(21);
  expect(new Set(requests.map(({ url }) => url))).toEqual(new Set(['/v1/gateway/webhooks']));
});
