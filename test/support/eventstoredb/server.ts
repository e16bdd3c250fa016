import { createServer, type Server as Listener, type Socket } from 'node:net';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { type IStreamsServer, StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { append } from './appending.ts';
import { batchAppend } from './batch-appending.ts';
import { clusterInfo, type Member, supportedMethods } from './cluster.ts';
import { softDelete, tombstone } from './deleting.ts';
import type { Node } from './node.ts';
import { pipelined } from './pipelined-sending.ts';
import { read } from './reading.ts';
import type { ReadCall } from './sending.ts';

export interface ServerOptions {
  readonly port: number;
  readonly tls: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
  readonly version: string;
  readonly members: readonly Member[];
}

/** The protocol on a loopback port. */
export interface RunningServer {
  /** Cuts every connection and lets go of the port, at once and without a word, as when the process is killed. */
  cut(): Promise<void>;
}

type StreamsHandlers = Pick<IStreamsServer, 'read' | 'append' | 'batchAppend' | 'delete' | 'tombstone'>;

/** Replies of a read are bytes already. */
const streamsService = {
  ...StreamsService,
  read: { ...StreamsService.read, responseSerialize: (reply: Buffer) => reply },
};

/** @throws when the port is taken. */
export async function serve(node: Node, options: ServerOptions): Promise<RunningServer> {
  const server = new Server({ interceptors: [pipelined] });
  const writing: Omit<StreamsHandlers, 'read'> = {
    append: (call, answer) => append(node, call, answer),
    batchAppend: (call) => batchAppend(node, call),
    delete: (call, answer) => void softDelete(node, call).then((reply) => answer(null, reply), answer),
    tombstone: (call, answer) => void tombstone(node, call).then((reply) => answer(null, reply), answer),
  };
  server.addService(streamsService, { ...writing, read: (call: ReadCall) => read(node, call) });
  server.addService(ServerFeaturesService, {
    getSupportedMethods: (_call: unknown, answer: sendUnaryData<SupportedMethods>) =>
      answer(null, supportedMethods(options.version)),
  });
  server.addService(GossipService, {
    read: (_call: unknown, answer: sendUnaryData<ClusterInfo>) => answer(null, clusterInfo(options.members)),
  });
  // The sockets are ours, so that they can be cut: a server that shuts down says goodbye, one that is killed does not.
  const { injectConnection } = server.createConnectionInjector(credentialsOf(options));
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    // Whoever resets a connection must not end the process that the server is in.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    injectConnection(socket);
  });
  await listen(listener, options.port);
  return {
    cut: async () => {
      const closed = new Promise((done) => listener.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
      server.forceShutdown();
    },
  };
}

function credentialsOf({ tls }: ServerOptions): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }]);
}

function listen(listener: Listener, port: number): Promise<void> {
  return new Promise((done, failed) => {
    listener.once('error', failed);
    listener.listen(port, '127.0.0.1', done);
  });
}
