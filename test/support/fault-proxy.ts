import { connect, createServer, type Server, type Socket } from 'node:net';
import { seeded } from '../e2e/support/seeded.ts';
import { type Fate, FaultLane } from './fault-lane.ts';
import { listenOnFreePort } from './free-port.ts';

export type Direction = 'requests' | 'replies';

/**
 * What the network does between a client and a server.
 * `refuse`: nobody listens, and connections that are open are reset.
 * `blackhole`: connections are taken and stay open, and nothing arrives, on those that were open before too. What is
 * under way when it heals arrives `late`, or is lost: then the connection is `reset` or stays `silent` for ever, as one
 * does whose other end a router has forgotten.
 * `reset`: connections are reset, new ones after some bytes of one direction, so that a request may have arrived.
 * `slow`: every chunk takes `latencyMs`, give or take `jitterMs`.
 * `cut`: half of a chunk arrives, and then the connection is reset.
 */
export type Fault =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'blackhole'; readonly direction?: Direction; readonly ending: BlackholeEnding }
  | { readonly kind: 'reset'; readonly direction?: Direction; readonly bytesMax: number }
  | {
      readonly kind: 'slow';
      readonly direction?: Direction;
      readonly latencyMs: number;
      readonly jitterMs: number;
    }
  | { readonly kind: 'cut'; readonly direction: Direction; readonly chunksMax: number };

export type BlackholeEnding = 'late' | 'reset' | 'silent';

export interface FaultProxy {
  readonly port: number;
  /** Connections that are open through it. */
  connections(): number;
  /** From now on, on all connections; takes the place of the fault before. */
  suffer(fault: Fault): Promise<void>;
  /** From now on everything passes; answers once it listens. */
  heal(): Promise<void>;
  /** Ends it and every connection. */
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /** Where the server is. */
  readonly to: { readonly host: string; readonly port: number };
  /** Decides jitter and moments: the same seed and the same traffic suffer alike. */
  readonly seed: number;
}

/** A TCP proxy on loopback that passes everything on until it is told to suffer something. */
export async function startFaultProxy({ to, seed }: FaultProxyOptions): Promise<FaultProxy> {
  const draws = seeded(seed);
  const links = new Set<FaultLink>();
  let fault: Fault | undefined;
  const onConnection = (client: Socket) => {
    const link = new FaultLink(client, to, draws.below, () => links.delete(link));
    links.add(link);
    link.suffer(fault);
  };
  const first = await listenOnFreePort(() => listener(onConnection));
  const { port } = first;
  let server: Server | undefined = first.server;

  return {
    port,
    connections: () => links.size,
    suffer: async (next) => {
      fault = next;
      if (next.kind === 'refuse' || next.kind === 'reset') for (const link of [...links]) link.reset();
      if (next.kind === 'refuse') return stopListening();
      await startListening();
      for (const link of links) link.suffer(next);
    },
    heal: async () => {
      fault = undefined;
      await startListening();
      for (const link of [...links]) link.heal();
    },
    stop: async () => {
      for (const link of [...links]) link.reset();
      await stopListening();
    },
  };

  /** Resolves when nobody listens any more; connections are the links' own affair. */
  function stopListening(): Promise<void> {
    const stopping = server;
    server = undefined;
    return new Promise((done) => (stopping === undefined ? done() : stopping.close(() => done())));
  }

  async function startListening(): Promise<void> {
    if (server !== undefined) return;
    const again = listener(onConnection);
    await new Promise<void>((done, failed) => {
      again.once('error', failed);
      again.listen(port, '127.0.0.1', done);
    });
    server = again;
  }
}

function listener(onConnection: (client: Socket) => void): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
}

/** One connection through the proxy: both its sockets, and a lane for each direction. */
class FaultLink {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #lanes: Readonly<Record<Direction, FaultLane>>;
  readonly #below: (limit: number) => number;
  readonly #onClosed: () => void;
  #fault: Fault | undefined;
  /** Bytes or chunks that still pass before the fault strikes. */
  #left = 0;
  #open = 2;

  constructor(
    client: Socket,
    to: FaultProxyOptions['to'],
    below: (limit: number) => number,
    onClosed: () => void,
  ) {
    this.#client = client;
    this.#server = connect({ ...to, allowHalfOpen: true, noDelay: true });
    this.#below = below;
    this.#onClosed = onClosed;
    const lane = (from: Socket, into: Socket, direction: Direction) =>
      new FaultLane(
        from,
        into,
        (bytes) => this.#fateOf(direction, bytes),
        () => this.reset(),
      );
    this.#lanes = {
      requests: lane(client, this.#server, 'requests'),
      replies: lane(this.#server, client, 'replies'),
    };
    for (const socket of [client, this.#server]) {
      socket.on('error', () => {});
      socket.once('close', () => this.#closed(socket));
    }
  }

  suffer(fault: Fault | undefined): void {
    this.#fault = fault;
    if (fault?.kind === 'reset') this.#left = this.#below(fault.bytesMax + 1);
    if (fault?.kind === 'cut') this.#left = this.#below(fault.chunksMax + 1);
    if (fault?.kind === 'reset' && this.#left === 0) this.reset();
  }

  heal(): void {
    const before = this.#fault;
    this.#fault = undefined;
    const { requests, replies } = this.#lanes;
    if ((requests.hasLost || replies.hasLost) && before?.kind === 'blackhole' && before.ending === 'reset')
      this.reset();
    for (const lane of [requests, replies]) lane.release();
    if (this.#open < 2) this.#server.end();
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  #fateOf(direction: Direction, bytes: number): Fate {
    const fault = this.#fault;
    if (fault === undefined || fault.kind === 'refuse') return pass;
    if (fault.direction !== undefined && fault.direction !== direction) return pass;
    switch (fault.kind) {
      case 'blackhole':
        return { kind: fault.ending === 'late' ? 'hold' : 'lose' };
      case 'slow': {
        const jitterMs = (this.#below(2_001) / 1_000 - 1) * fault.jitterMs;
        return { kind: 'pass', afterMs: Math.max(0, fault.latencyMs + jitterMs) };
      }
      case 'cut':
        this.#left -= 1;
        return this.#left < 0 ? { kind: 'cut' } : pass;
      case 'reset':
        this.#left -= bytes;
        if (this.#left <= 0) setImmediate(() => this.reset());
        return pass;
    }
  }

  /** What a client sent before it gave up still arrives when it was only held: that is how commands are applied late. */
  #closed(socket: Socket): void {
    this.#open -= 1;
    if (socket === this.#client && this.#open > 0) {
      if (!this.#lanes.requests.isHolding) this.#server.destroy();
    } else this.#client.destroy();
    if (this.#open > 0) return;
    for (const lane of Object.values(this.#lanes)) lane.close();
    this.#onClosed();
  }
}

const pass: Fate = { kind: 'pass', afterMs: 0 };
