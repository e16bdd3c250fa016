import { readFileSync } from 'node:fs';
import { accessRefusal, type User } from '../eventstoredb/access.ts';
import type { Member } from '../eventstoredb/cluster.ts';
import { callErrors } from '../eventstoredb/errors.ts';
import { EventLog } from '../eventstoredb/log.ts';
import type { Node } from '../eventstoredb/node.ts';
import { type RunningServer, serve } from '../eventstoredb/server.ts';
import { writeFirstSystemEvents } from '../eventstoredb/system-events.ts';
import { Writer, type WriterOptions } from '../eventstoredb/writer.ts';
import { freePort } from '../free-port.ts';

export interface EventStoreDoubleOptions extends Partial<WriterOptions> {
  /** A free one unless given. */
  readonly port?: number;
  /** Files in PEM; a client trusts the certificate, which is its own authority. */
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  /** Who may do what. The client sends credentials over TLS only. Without users everybody may do everything. */
  readonly users?: Readonly<Record<string, User>>;
  /** Makes this a follower: it reads what its leader has, and sends everybody there who wants to write. */
  readonly leader?: EventStoreDouble;
  /** 32, as on a server; smaller where a test wants a slow subscriber soon. */
  readonly liveBufferMax?: number;
  /** Milliseconds since the epoch, for `maxAge` and the time of an event. */
  readonly now?: () => number;
  /** The version that it says it has. */
  readonly version?: string;
}

export interface EventStoreDouble {
  /** `esdb://127.0.0.1:<port>?tls=false`, or with the certificate to trust; without credentials. */
  readonly url: string;
  readonly port: number;
  /** What it holds, to look at. */
  readonly log: EventLog;
  /** How many appends it has received and not answered. */
  readonly unanswered: number;
  /** Ends it for good. */
  stop(): Promise<void>;
  /**
   * Cuts every connection at once. Of the appends that are written and not committed, the first `committedYet` (none,
   * unless given) have made it; none of them is answered. What was committed stays.
   */
  kill(options?: { readonly committedYet?: number }): Promise<void>;
  /** Runs it again after `kill`, on the same port and with the same log. Appends that expect any revision are new to it. */
  start(): Promise<void>;
  /** Until `resumeCommits`, appends are written and neither committed nor answered, but for a timeout. */
  pauseCommits(): void;
  resumeCommits(): void;
  delayCommits(delayMs: number): void;
  /** The next so many appends that succeed are committed and never answered. */
  dropNextReplies(count: number): void;
}

/**
 * Starts a server that speaks the protocol of EventStoreDB 23.10, so that the real client runs in tests where there is no
 * server. What it does was measured on a server or is in its source.
 *
 * Simulated: appends one by one and in batches, with the rules of expected revisions and of repeated ids; writing before
 * committing, in one order; positions that grow like offsets in a file; reads of a stream and of all streams, both ways,
 * with filters; catch-up and live subscriptions, checkpoints, and the end of a subscriber that is too slow; deleting,
 * tombstones, metadata that hides events; events of the server itself; errors in the shapes that the client knows;
 * discovery, a follower that refuses to write, users, TLS; being killed at any moment.
 *
 * Not simulated: persistent subscriptions, projections, links that are resolved, access lists of streams, scavenging,
 * elections, forwarding from follower to leader, and durability: the log is in memory. Its speed means nothing.
 *
 * @throws when the port is taken.
 */
export async function startEventStoreDouble(
  options: EventStoreDoubleOptions = {},
): Promise<EventStoreDouble> {
  const port = options.port ?? (await freePort());
  const log = options.leader?.log ?? new EventLog(options.now);
  if (options.leader === undefined) writeFirstSystemEvents(log);
  const { tls: files } = options;
  const tls = files && {
    certificate: readFileSync(files.certificateFile),
    key: readFileSync(files.keyFile),
  };
  const { version = '23.10.6' } = options;
  let commitDelayMs = options.commitDelayMs ?? 0;
  const run = async () => {
    const writer = new Writer(log, writerOptions({ ...options, commitDelayMs }));
    const members = membersOf(port, options.leader);
    const server = await serve(nodeFor(log, writer, options), { port, tls, version, members });
    return { writer, server };
  };
  let running: { readonly writer: Writer; readonly server: RunningServer } | undefined = await run();
  const kill = async ({ committedYet = 0 } = {}) => {
    running?.writer.end(committedYet);
    await running?.server.cut();
    running = undefined;
  };
  return {
    url: `esdb://127.0.0.1:${port}?${files === undefined ? 'tls=false' : `tls=true&tlsCAFile=${files.certificateFile}`}`,
    port,
    log,
    get unanswered() {
      return running?.writer.unanswered ?? 0;
    },
    stop: kill,
    kill,
    start: async () => {
      if (running !== undefined) return;
      if (options.leader === undefined) log.writeHidden();
      running = await run();
    },
    pauseCommits: () => running?.writer.pauseCommits(),
    resumeCommits: () => running?.writer.resumeCommits(),
    delayCommits: (delayMs) => {
      commitDelayMs = delayMs;
      running?.writer.delayCommits(delayMs);
    },
    dropNextReplies: (count) => running?.writer.dropNextReplies(count),
  };
}

function writerOptions(options: Partial<WriterOptions>): WriterOptions {
  const { commitDelayMs = 0, commitTimeoutMs = 2_000, systemEventEvery = 100 } = options;
  return { commitDelayMs, commitTimeoutMs, systemEventEvery };
}

function nodeFor(log: EventLog, writer: Writer, options: EventStoreDoubleOptions): Node {
  const { users, leader, liveBufferMax = 32 } = options;
  return {
    log,
    writer,
    liveBufferMax,
    refusal: (caller, right) => {
      const denied = accessRefusal(users, caller, right);
      if (denied !== undefined || leader === undefined) return denied;
      const needsLeader = right === 'append' || caller.get('requires-leader').includes('true');
      return needsLeader ? callErrors.notLeader('127.0.0.1', leader.port) : undefined;
    },
  };
}

/** A follower pretends that there is a third member, which is dead. */
function membersOf(port: number, leader: EventStoreDouble | undefined): readonly Member[] {
  const here = { host: '127.0.0.1', port, isAlive: true };
  if (leader === undefined) return [{ ...here, state: 'leader' }];
  return [
    { ...here, state: 'follower' },
    { ...here, port: leader.port, state: 'leader' },
    { ...here, port: 1, state: 'follower', isAlive: false },
  ];
}
