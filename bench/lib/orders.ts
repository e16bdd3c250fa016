import { randomUUID } from 'node:crypto';
import type { CommandEnvelope, HandleCommand } from '../../src/commands/command.ts';
import { commandIdOf, createdIdOf, fingerprintOf } from '../../src/commands/idempotency.ts';
import { type OrderContext, orderRows } from '../../src/commands/order-routes.ts';
import { readConfig } from '../../src/config.ts';
import type { Json } from '../../src/domain/kernel/canonical-json.ts';
import type { ActorId, OrderId } from '../../src/domain/kernel/ids.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import type { Order } from '../../src/domain/order/state.ts';
import { digest, type Ledger, openLedger, openOrderCommands } from '../../src/main.ts';

/** An order of three lines, 0.5 KB: what every figure here places. */
export const orderBody = {
  currency: 'EUR',
  lines: [
    {
      sku: 'S10_1678',
      label: '1969 Harley Davidson Ultimate Chopper',
      kind: 'single',
      quantity: 30,
      unitPrice: 8136,
    },
    { sku: 'S10_1949', label: '1952 Alpine Renault 1300', kind: 'single', quantity: 50, unitPrice: 21_430 },
    { sku: 'S10_2016', label: '1996 Moto Guzzi 1100i', kind: 'single', quantity: 22, unitPrice: 11_894 },
  ],
} as const satisfies Json;

/** Half of what the order costs, and the other half. */
export const halfTotal = (30 * 8136 + 50 * 21_430 + 22 * 11_894) / 2;

const actor = 'bench' as ActorId;

/** The write path of a ledger in `dataDir`, or on the servers that `settings` name, wired as the service wires it. */
export async function openBench(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Bench> {
  const config = readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error', ...settings });
  const ledger = await openLedger(config, { append: true, documents: 'none' });
  return { ledger, handle: openOrderCommands(ledger, { count: () => {} }) };
}

export interface Bench {
  readonly ledger: Ledger;
  readonly handle: HandleCommand<OrderCommand, Order>;
}

/** Places one order; answers its id. */
export async function place({ handle }: Bench): Promise<OrderId> {
  const commandId = commandIdOf(digest, actor, 'POST', '/v1/orders', randomUUID());
  const orderId = createdIdOf(digest, commandId) as OrderId;
  await accepted(handle(envelope('placeOrder', orderBody, orderId, commandId)));
  return orderId;
}

export async function authorize({ handle }: Bench, orderId: OrderId): Promise<void> {
  await accepted(handle(onOrder('authorizePayment', { method: { token: 'tok_bench' } }, orderId)));
}

/** @param amount in minor units; all that is held when it is not given. */
export async function capture({ handle }: Bench, orderId: OrderId, amount?: number): Promise<void> {
  const body = amount === undefined ? {} : { amount };
  await accepted(handle(onOrder('capturePayment', body, orderId)));
}

function onOrder(operationId: string, body: Json, orderId: OrderId) {
  const path = `/v1/orders/${orderId}/${operationId}`;
  return envelope(operationId, body, orderId, commandIdOf(digest, actor, 'POST', path, randomUUID()));
}

/** What the command API makes of a request, from the parsed body on. */
function envelope(
  operationId: string,
  body: Json,
  orderId: OrderId,
  commandId: string,
): CommandEnvelope<OrderCommand, Order> {
  const row = orderRows.find((each) => each.operationId === operationId);
  if (row === undefined) throw new Error(`there is no operation ${operationId}`);
  const context: OrderContext = { orderId, actor, isOperator: true, paidWhen: 'captured' };
  return {
    commandId,
    fingerprint: fingerprintOf(digest, 'POST', row.path, body),
    aggregateId: orderId,
    command: row.command(body, context),
    actor,
    requestId: commandId,
  };
}

async function accepted(outcome: ReturnType<HandleCommand<OrderCommand, Order>>): Promise<void> {
  const { kind } = await outcome;
  if (kind !== 'done') throw new Error(`a command was answered with ${kind}`);
}

/** Does `count` pieces of work, `width` at a time; answers how many a second. */
export async function perSecond(
  count: number,
  width: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await work(next++);
    }),
  );
  return count / ((performance.now() - startedMs) / 1_000);
}
