import type { FastifyInstance } from 'fastify';
import type { Clock } from '../ports/clock.ts';

/** How long callers are told, answer by answer, to connect elsewhere before their connections are closed. */
const noticeMs = 300;
const sweepMs = 50;

/**
 * Stops a server without cutting a request off. For a moment it goes on answering, and says with every answer that this
 * connection is closed; then it takes no more, and closes each connection as soon as nothing is under way on it.
 * @param msMax after which whatever is still under way is cut off.
 */
export async function drain(server: FastifyInstance, clock: Clock, msMax: number): Promise<void> {
  const { server: http } = server;
  let closed = false;
  const cutOff = clock.after(msMax, () => http.closeAllConnections());
  http.prependListener('request', (_request, response) => {
    response.setHeader('connection', 'close');
  });
  if ((await connectionsOf(server)) > 0) await clock.sleep(Math.min(noticeMs, msMax));
  const closing = server.close().then(() => {
    closed = true;
  });
  // A connection that was busy when the server closed would otherwise be kept open for more requests.
  while (!closed) {
    http.closeIdleConnections();
    await Promise.race([closing, clock.sleep(sweepMs)]);
  }
  cutOff();
}

function connectionsOf({ server }: FastifyInstance): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)));
}
