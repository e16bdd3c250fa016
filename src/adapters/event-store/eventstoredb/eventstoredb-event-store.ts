import { assertAppend } from '../../../domain/kernel/log.ts';
import type { EventStore } from '../../../ports/event-store.ts';
import { auditLog } from './audit.ts';
import { BatchAppender } from './batch-appender.ts';
import { unavailable } from './call-faults.ts';
import { Connection } from './connection.ts';
import { Doorbell } from './doorbell.ts';
import { parseEsdbUrl } from './esdb-url.ts';
import { EventAppender } from './event-appender.ts';
import { LogProgress } from './log-progress.ts';
import { LogReader } from './log-reader.ts';
import { type ClientSettings, WireClient } from './wire-client.ts';

export interface EventStoreDbOptions {
  /** A connection string, with `streamPrefix` and `deadlineMs` if wanted: see `esdb-url.ts`. */
  readonly url: string;
  /** Without the right to append: for processes that only read. */
  readonly readOnly?: boolean;
}

/**
 * The event store in EventStoreDB or KurrentDB, 20.10 or later. Opening it connects to nothing, so that a process starts
 * while the server is away; it connects with the first call, and again by itself whenever the server comes back.
 * @throws StoreUnavailable when the URL is no connection string
 */
export function openEventStoreDb({ url, readOnly = false }: EventStoreDbOptions): EventStore {
  const { streamPrefix: prefix, ...settings } = parseEsdbUrl(url);
  const connection = new Connection(() => connect(settings), settings);
  const progress = new LogProgress();
  const reader = new LogReader(connection, prefix, progress);
  const doorbell = new Doorbell(connection, reader, progress);
  let isPrepared = false;
  const appends = new BatchAppender(connection, async () => {
    if (!isPrepared) progress.startAt(await reader.end());
    isPrepared = true;
  });
  const appender = new EventAppender(appends, { reader, progress, prefix });

  return {
    append: async (stream, expected, events) => {
      assertAppend(stream, expected, events);
      if (readOnly)
        throw unavailable('was opened without the right to append', 'Send commands to a command process.');
      return appender.append(stream, expected, events);
    },
    readStream: (stream, page) => reader.readStream(stream, page),
    readAll: (page) => reader.readAll(page),
    head: () => reader.head(),
    audit: () => auditLog(reader, prefix),
    onAppended: (listener) => doorbell.listen(listener),
    close: async () => {
      doorbell.close();
      await appends.close();
      await connection.close();
    },
  };
}

function connect(settings: ClientSettings): WireClient {
  try {
    return WireClient.connect(settings);
  } catch (error) {
    const remedy =
      'Write EVENT_STORE as esdb://user:password@host:2113?tls=true, or esdb+discover://… for a cluster.';
    throw unavailable(error, remedy);
  }
}
