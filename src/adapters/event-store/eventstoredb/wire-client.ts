import type { Duplex, Readable, Writable } from 'node:stream';
import { EventStoreDBClient } from '@eventstore/db-client';
import streams, { type StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';

/** A call that is under way: of messages that are bytes, because what is in them is looked at elsewhere. */
export type ReadCall = Awaited<ReturnType<WireClient['read']>>;
export type BatchCall = Awaited<ReturnType<WireClient['batchAppend']>>;
export type Answer = (error: (Error & { readonly code?: number }) | null, value?: Buffer) => void;

/** Our own clock ends a call first, because it also sees whether the connection is dead. */
const graceMs = 1_000;
const streamsService = '/event_store.client.streams.Streams';
const featuresMethod = '/event_store.client.server_features.ServerFeatures/GetSupportedMethods';

export interface ClientSettings {
  /** With parameters already. */
  readonly connectionString: string;
  readonly keepAliveTimeoutMs: number;
}

/** The connection that a client made last, which it keeps to itself. */
const channels = new WeakMap<WireClient, ReturnType<WireClient['getChannel']>>();

/** Clients made in this process, counted round and round: gRPC forgets a connection that nobody uses after ten seconds. */
let made = 0;
const madeMax = 5_000;

/**
 * The client of EventStoreDB, below what it does to events: its public methods parse every event on the way in and out,
 * while the ledger stores texts to the byte, and its batch append keeps the appends of all connections of a process in
 * one table, so that an error of one rejects those of others. Connecting, discovery, credentials, TLS, following the
 * leader and connecting again are all its own.
 */
export class WireClient extends EventStoreDBClient {
  /**
   * Connects to nothing yet. Every client has a connection of its own: gRPC hands one that it has, with the state it is
   * in, to whoever asks for the same with equal options, so that a client instead of one whose connection is dead would
   * get the same dead connection, and one instead of one that waits before it tries again would wait as long.
   * @throws when it is no connection string
   */
  static connect({ connectionString, keepAliveTimeoutMs }: ClientSettings): WireClient {
    made = (made + 1) % madeMax;
    const own = `keepAliveTimeout=${keepAliveTimeoutMs + made}`;
    const client = EventStoreDBClient.connectionString(`${connectionString}&${own}`);
    // It makes instances of its own class only, and keeps what they are made of to itself; what is added here is methods.
    Object.setPrototypeOf(client, WireClient.prototype);
    const wire = client as WireClient;
    const { handleError, getChannel } = wire;
    wire.getChannel = () => {
      const channel = getChannel();
      channels.set(wire, channel);
      return channel;
    };
    // Nobody waits for what it does about a lost connection, so nobody would catch what goes wrong with that.
    wire.handleError = (...lost) => handleError(...lost).catch(() => {});
    return wire;
  }

  /** Asks what the server can do; also the way to find out whether it is there. */
  features(timeoutMs: number, answer: Answer): Promise<Writable & { cancel(): void }> {
    return this.open('features', (client) => {
      const [metadata, options] = this.callArguments({}, { deadline: Date.now() + timeoutMs + graceMs });
      const answered = this.answering(client, answer);
      const call = client.makeClientStreamRequest(featuresMethod, same, same, metadata, options, answered);
      call.end(Buffer.alloc(0));
      return call;
    });
  }

  /** Reads, or subscribes; the server may give up after `timeoutMs`. */
  read(request: Buffer, timeoutMs: number, requiresLeader: boolean) {
    return this.open('read', (client) =>
      client.makeServerStreamRequest(
        `${streamsService}/Read`,
        same,
        same,
        request,
        ...this.callArguments({ requiresLeader }, { deadline: Date.now() + timeoutMs + graceMs }),
      ),
    );
  }

  /** A call that appends for as long as it is open. */
  batchAppend() {
    return this.open('batchAppend', (client) =>
      client.makeBidiStreamRequest(
        `${streamsService}/BatchAppend`,
        same,
        same,
        ...this.callArguments({ requiresLeader: true }, { deadline: Number.POSITIVE_INFINITY }),
      ),
    );
  }

  /** A call that appends once. */
  append(messages: Iterable<Buffer>, timeoutMs: number, answer: Answer) {
    return this.open('append', (client) => {
      const deadline = Date.now() + timeoutMs + graceMs;
      const [metadata, options] = this.callArguments({ requiresLeader: true }, { deadline });
      const method = `${streamsService}/Append`;
      const answered = this.answering(client, answer);
      const call = client.makeClientStreamRequest(method, same, same, metadata, options, answered);
      for (const message of messages) call.write(message);
      call.end();
      return call;
    });
  }

  /** Ends every call and lets go of the connection, if there is one: to ask for it would make it. */
  async end(): Promise<void> {
    await this.dispose();
    (await channels.get(this))?.close();
  }

  protected open<Call extends Readable | Writable | Duplex>(
    name: string,
    create: (client: StreamsClient) => Call,
  ): Promise<Call> {
    return this.GRPCStreamCreator(streams.StreamsClient, name, create)();
  }

  /** The client learns of a lost connection from streams that fail; these calls tell their callers alone. */
  protected answering(client: StreamsClient, answer: Answer): Answer {
    return (error, value) => {
      if (error !== null) void this.handleError(client, error);
      answer(error, value);
    };
  }
}

function same(bytes: Buffer): Buffer {
  return bytes;
}
