import { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../ports/clock.ts';

/** How long callers are told, answer by answer, to connect elsewhere before their connections are closed. */
const noticeMs = 300;
const sweepMs = 50;
/**
 * After a wait, before a connection counts as idle: long enough for one turn of the event loop, which reads what has
 * arrived. A process that was held up would otherwise close connections with a request on them that it has not seen.
 */
const turnMs = 1;

/**
 * Stops a server without cutting a request off. First it lets nobody in: who is refused has sent nothing, and goes
 * elsewhere. Those who are in are answered for a moment more, and told with every answer that their connection ends;
 * then each connection is closed as soon as nothing is under way on it.
 * @param msMax after which whatever is still under way is cut off.
 */
export async function drain(server: FastifyInstance, clock: Clock, msMax: number): Promise<void> {
  const { server: http } = server;
  let closed = false;
  const cutOff = clock.after(msMax, () => http.closeAllConnections());
  http.prependListener('request', (_request, response) => {
    response.setHeader('connection', 'close');
  });
  // Not the server's own way of closing: that ends at once what is idle, and a request may be on its way there.
  Server.prototype.close.call(http);
  if ((await connectionsOf(server)) > 0) await clock.sleep(Math.min(noticeMs, msMax));
  await clock.sleep(turnMs);
  const closing = server.close().then(() => {
    closed = true;
  });
  // A connection that was busy when the server closed would otherwise be kept open for more requests.
  while (!closed) {
    http.closeIdleConnections();
    await Promise.race([closing, clock.sleep(sweepMs).then(() => clock.sleep(turnMs))]);
  }
  cutOff();
}

function connectionsOf({ server }: FastifyInstance): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)));
}
