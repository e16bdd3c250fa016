import { connect } from 'node:net';

export interface RawReply {
  /** Everything that was answered, as it came. */
  readonly text: string;
  /** Status codes, in the order they were answered. */
  readonly statuses: readonly number[];
  /** Whether the server closed the connection. */
  readonly closed: boolean;
  readonly tookMs: number;
}

export interface RawOptions {
  /** How long to listen when the server keeps the connection open. */
  readonly listenMs?: number;
  /** Further bytes, sent one after another with this pause. */
  readonly drip?: { readonly bytes: Iterable<string | Buffer>; readonly pauseMs: number };
}

/** Sends bytes no well-behaved client would send, and takes down what comes back. */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  { listenMs = 300, drip }: RawOptions = {},
): Promise<RawReply> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      clearInterval(dripping);
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
      resolve({ text, statuses, closed, tookMs: performance.now() - startedMs });
    };
    const timer = setTimeout(() => finish(false), listenMs);
    const rest = drip?.bytes[Symbol.iterator]();
    const dripping = setInterval(() => {
      const next = rest?.next();
      if (next?.done === false && socket.writable) socket.write(next.value);
    }, drip?.pauseMs ?? 1_000);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    // A server that refuses may close while we are still writing.
    socket.on('error', () => {});
    socket.on('close', () => finish(true));
    socket.write(bytes);
  });
}

/** A request text with its lines ended as they should be. */
export function rawRequest(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
