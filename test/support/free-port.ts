import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below those that the system gives to outgoing connections, which begin at 32768 here and at 49152 elsewhere. */
const portMin = 20_000;
const portMax = 32_000;
const attemptsMax = 50;

/**
 * Listens on a port that may be left and taken again. One that the system has chosen may not: while nobody listens
 * there, a connection of somebody else may be given it, and a client that keeps trying may even connect to itself.
 */
export async function listenOnFreePort(
  make: () => Server = createServer,
): Promise<{ readonly server: Server; readonly port: number }> {
  for (let attempt = 1; ; attempt++) {
    const server = make();
    const port = randomInt(portMin, portMax);
    try {
      await new Promise<void>((done, failed) => {
        server.once('error', failed);
        server.listen(port, '127.0.0.1', done);
      });
      return { server, port };
    } catch (error) {
      if (attempt === attemptsMax) throw error;
    }
  }
}

/** A port where nobody listens, for a process that is started there, stopped, and started there again. */
export async function freePort(): Promise<number> {
  const { server, port } = await listenOnFreePort();
  await new Promise((done) => server.close(done));
  return port;
}
