import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as immediately, setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { drain } from './drain.ts';
import { createServer } from './server.ts';

const clock: Clock = {
  now: () => '2026-01-31T09:30:00.000Z' as never,
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  sleep: (delayMs) => pause(delayMs),
};
const request = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
const msMax = 5_000;

async function serve() {
  const server = createServer(
    { bodyBytesMax: 1_024, connectionsMax: 10, trustProxy: false },
    {
      authenticate: () => Promise.reject(new Error('nobody asks who it is')),
      clock,
      ids: { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0 },
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      observe: () => {},
    },
  );
  await server.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  socket.setEncoding('latin1');
  let text = '';
  socket.on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {});
  socket.write(request);
  await once(socket, 'data');
  return { server, socket, heard: () => text.match(/HTTP\/1\.1 \d/g) ?? [] };
}

/** Nothing else happens in this process meanwhile. */
function hold(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

test('what has arrived by the end of the notice is answered, though the process was held up', async () => {
  const { server, socket, heard } = await serve();
  const drained = drain(server, clock, msMax);
  await pause(200);
  // So that the end of the notice is next, and not what arrives.
  await immediately();
  socket.write(request);
  hold(200);
  await Promise.all([drained, once(socket, 'close')]);
  expect(heard()).toHaveLength(2);
});
