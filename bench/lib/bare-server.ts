import { fastify } from 'fastify';
import { orderRows } from '../../src/commands/order-routes.ts';
import type { ActorId, OrderId } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';

/**
 * The ceiling of HTTP: Fastify as it comes, the same schema, the same decision and the same reply; no token, no key, no
 * strict reading, nothing recorded. GET answers the bytes it is given with the headers a reader needs.
 */
const [, , document = '{}'] = process.argv;
const row = orderRows.find(({ operationId }) => operationId === 'placeOrder');
const orderId = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a' as OrderId;
const actor = 'bench' as ActorId;

const server = fastify();

server.post('/v1/orders', async (request, reply) => {
  const body = row?.body.parse(request.body);
  const command = row?.command(body, {
    orderId,
    actor,
    isOperator: false,
    paidWhen: 'captured',
  }) as OrderCommand;
  const decision = orderAggregate.decide(command, undefined);
  const event = decision.ok ? decision.events[0] : undefined;
  const at = new Date().toISOString() as Instant;
  const order = event && orderAggregate.evolve(undefined, event, { at, revision: 0, actor });
  return reply.code(201).send(order);
});

server.get('/v1/orders/:orderId', async (_request, reply) =>
  reply.header('content-type', 'application/json; charset=utf-8').header('etag', '"0"').send(document),
);

await server.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify(server.server.address())}\n`);
process.once('SIGTERM', () => server.close());
