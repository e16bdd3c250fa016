import { connect, type Socket } from 'node:net';

/** What came back for one request. */
export interface Answer {
  readonly status: number;
  /** By name in lower case; several values as they came. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  readonly tookMs: number;
}

/** One connection that is kept open, with one request on it at a time. */
export interface Wire {
  /** Sends these very bytes. `undefined`: the server closed without an answer. */
  send(bytes: Buffer, method: string): Promise<Answer | undefined>;
  close(): void;
}

const patienceMs = 20_000;

/**
 * An HTTP client that writes whatever it is given: those that come with Node refuse most of what is to be sent here.
 * It connects again where the server has closed.
 */
export function createWire(port: number): Wire {
  let socket: Socket | undefined;

  return {
    send: async (bytes, method) => {
      if (socket === undefined || socket.destroyed || !socket.writable) socket = await open(port);
      const used = socket;
      const answer = await exchange(used, bytes, method);
      if (answer === undefined || closes(answer)) {
        used.destroy();
        socket = undefined;
      }
      return answer;
    },
    close: () => socket?.destroy(),
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => {
      socket.off('error', reject);
      // A server that refuses may close while we are still writing; `close` follows and says so.
      socket.on('error', () => {});
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function closes({ headers }: Answer): boolean {
  return headers.get('connection')?.includes('close') === true;
}

function exchange(socket: Socket, bytes: Buffer, method: string): Promise<Answer | undefined> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const finish = (answer: Omit<Answer, 'tookMs'> | undefined) => {
      clearTimeout(timer);
      socket.off('data', take).off('close', gone);
      resolve(answer && { ...answer, tookMs: performance.now() - startedMs });
    };
    const take = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = answerIn(received, method);
      if (answer !== undefined) finish(answer);
    };
    const gone = () => finish(undefined);
    const timer = setTimeout(() => {
      socket.off('data', take).off('close', gone).destroy();
      reject(new Error(`no answer within ${patienceMs} ms`));
    }, patienceMs);
    socket.on('data', take).on('close', gone);
    socket.write(bytes);
  });
}

const headEnd = Buffer.from('\r\n\r\n');

/** The first final answer in these bytes, once all of it is there. */
export function answerIn(bytes: Buffer, method: string): Omit<Answer, 'tookMs'> | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0);
  const rest = bytes.subarray(end + headEnd.length);
  if (status === 100) return answerIn(rest, method);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  if (method === 'HEAD' || status === 204 || status === 304) return { status, headers, body: '' };
  if (headers.get('transfer-encoding')?.includes('chunked') === true) {
    const body = unchunked(rest);
    return body === undefined ? undefined : { status, headers, body };
  }
  const length = Number(headers.get('content-length')?.[0] ?? 0);
  return rest.length < length ? undefined : { status, headers, body: rest.toString('utf8', 0, length) };
}

function unchunked(bytes: Buffer): string | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const from = lineEnd + 2;
    if (bytes.length < from + size + 2) return undefined;
    if (size === 0) return Buffer.concat(parts).toString('utf8');
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
