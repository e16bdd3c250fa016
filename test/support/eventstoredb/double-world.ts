import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient, type JSONEventData, jsonEvent } from '@eventstore/db-client';
import { expect, onTestFinished } from 'vitest';
import {
  type EventStoreDouble,
  type EventStoreDoubleOptions,
  startEventStoreDouble,
} from '../servers/event-store-double.ts';

export interface DoubleWorld {
  readonly double: EventStoreDouble;
  readonly client: EventStoreDBClient;
}

/** A double and a client for one test. */
export async function givenDouble(options?: EventStoreDoubleOptions): Promise<DoubleWorld> {
  const double = await startEventStoreDouble(options);
  onTestFinished(() => double.stop());
  return { double, client: clientOf(double.url) };
}

export function clientOf(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url);
  onTestFinished(() => client.dispose());
  return client;
}

let ids = 0;

/** A new event; the id is the same only where it is given. */
export function event(type: string, data: unknown = {}, id = idNumber(++ids)): JSONEventData {
  return jsonEvent({ id, type, data: { value: data } });
}

function idNumber(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

interface Found {
  readonly event?: { readonly revision: bigint; readonly streamId: string; readonly type: string };
}

/** What a read has given, in short: `1@orders-1 OrderPlaced`. */
export async function namesOf(events: AsyncIterable<Found>): Promise<string[]> {
  const names: string[] = [];
  for await (const { event: found } of events)
    if (found !== undefined) names.push(`${found.revision}@${found.streamId} ${found.type}`);
  return names;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/**
 * Tries until it succeeds or is refused for another reason than the connection: clients in one process share theirs, so
 * the first calls after a server was killed may still meet the one that was cut.
 */
export async function whenConnected<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isUnavailable = error instanceof Error && 'code' in error && error.code === 14;
      if (!isUnavailable || attempt === 100) throw error;
      await sleep(20);
    }
  }
}

/** What a test waits for. */
export function eventually<T>(get: () => T) {
  return expect.poll(get, { timeout: 10_000, interval: 5 });
}

/** Whether it has settled within a moment: what is never answered has not. */
export async function settles(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), withinMs);
  work.then(
    () => resolve(true),
    () => resolve(true),
  );
  const result = await promise;
  clearTimeout(timer);
  return result;
}
