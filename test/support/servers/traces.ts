import { BACKWARDS, END, EventStoreDBClient } from '@eventstore/db-client';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { Servers } from '../server-places.ts';

const scanCount = 1_000;
const serverMsMax = 5_000;

/**
 * Removes what a run has made on servers that are somebody else's, by its name alone. Streams are deleted softly: their
 * events stay in the log of the server until it is scavenged.
 */
export async function removeTraces({ eventStore, readModel, cache, run }: Servers): Promise<void> {
  const attempts = await Promise.allSettled([
    eventStore !== undefined && deleteStreams(eventStore, `${run}.`),
    readModel !== undefined && dropDatabases(readModel, `${run}_`),
    cache !== undefined && deleteKeys(cache, `${run}.`),
  ]);
  for (const attempt of attempts) {
    if (attempt.status === 'rejected')
      process.stderr.write(`what ${run} made is still there: ${String(attempt.reason).split('\n')[0]}\n`);
  }
}

/** From the end of the log back to where the run began. */
async function deleteStreams(url: string, prefix: string): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    const streams = new Set<string>();
    const startedMs = performance.timeOrigin;
    for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END })) {
      if (event === undefined) continue;
      if (event.created.getTime() < startedMs) break;
      if (event.streamId.startsWith(prefix)) streams.add(event.streamId);
    }
    for (const stream of streams) await client.deleteStream(stream);
  } finally {
    await client.dispose();
  }
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: serverMsMax });
  try {
    const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
    for (const { name } of databases) if (name.startsWith(prefix)) await client.db(name).dropDatabase();
  } finally {
    await client.close();
  }
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  // What fails is told by the call that fails.
  client.on('error', () => {});
  try {
    let cursor = '0';
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', scanCount);
      if (keys.length > 0) await client.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
  } finally {
    client.disconnect();
  }
}
