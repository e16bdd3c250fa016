import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, type JSONType, jsonEvent, NO_STREAM, START } from '@eventstore/db-client';
import { parseEsdbUrl } from '../../src/adapters/event-store/eventstoredb/esdb-url.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import type { RecordedEvent } from '../../src/ports/event-store.ts';
import { type OrderDetails, orderDetails } from '../../src/projections/order-details.ts';
import type { Recorded } from '../../src/projections/projection.ts';
import { perSecond } from './orders.ts';

/** Ready to be appended by the client library, as its documentation does it. */
interface Prepared {
  readonly type: string;
  readonly data: JSONType;
  readonly metadata: JSONType;
}

/**
 * The ceiling of everything on EventStoreDB: the client library used plainly, with the same events. No checks, no hashes,
 * no idempotency, nothing stored but events.
 */
export class RawServer {
  readonly #client: EventStoreDBClient;
  readonly #prefix: string;

  /** @param url with the `streamPrefix` of the ledger that is measured; what is written here goes elsewhere. */
  constructor(url: string) {
    const { streamPrefix, connectionString } = parseEsdbUrl(url);
    this.#prefix = streamPrefix;
    this.#client = EventStoreDBClient.connectionString(connectionString);
  }

  /** What runs for the first time is slow, and nothing that is to be compared. */
  async warmUp(events: readonly RecordedEvent[], inFlight: number): Promise<void> {
    await this.appends(events, inFlight);
    await this.readsAndAppends(events, inFlight);
  }

  /** Every event to a new stream of its own; answers how many a second. */
  async appends(events: readonly RecordedEvent[], inFlight: number): Promise<number> {
    const prepared = events.map(prepare);
    const run = `raw${this.#prefix}-${randomUUID()}`;
    return perSecond(prepared.length, inFlight, (index) =>
      this.#client.appendToStream(`${run}.${index}`, jsonEvent(prepared[index] as Prepared), {
        expectedRevision: NO_STREAM,
      }),
    );
  }

  /** Reads a stream of one event, then appends the event to it: what a write costs whoever remembers nothing. */
  async readsAndAppends(events: readonly RecordedEvent[], inFlight: number): Promise<number> {
    const prepared = events.map(prepare);
    const run = `raw${this.#prefix}-${randomUUID()}`;
    const append = (index: number, expectedRevision: bigint | typeof NO_STREAM) =>
      this.#client.appendToStream(`${run}.${index}`, jsonEvent(prepared[index] as Prepared), {
        expectedRevision,
      });
    await perSecond(prepared.length, inFlight, (index) => append(index, NO_STREAM));
    return perSecond(prepared.length, inFlight, async (index) => {
      let revision = -1n;
      for await (const { event } of this.#client.readStream(`${run}.${index}`))
        revision = event?.revision ?? revision;
      await append(index, revision);
    });
  }

  /** Reads everything from the start of the log and folds the ledger's orders into documents; answers events a second. */
  async readsAndFolds(after: number): Promise<number> {
    const documents = new Map<string, OrderDetails | undefined>();
    const fromPosition = after === 0 ? START : { commit: BigInt(after), prepare: BigInt(after) };
    let count = 0;
    const startedMs = performance.now();
    for await (const { event } of this.#client.readAll({ fromPosition })) {
      if (event === undefined) continue;
      count += 1;
      if (!event.streamId.startsWith(`${this.#prefix}order-`)) continue;
      const { occurredAt: at, actor } = event.metadata as {
        readonly occurredAt: string;
        readonly actor: string;
      };
      const { type, data } = event;
      const recorded = {
        type,
        data,
        at,
        actor,
        revision: Number(event.revision),
      } as unknown as Recorded<OrderEvent>;
      documents.set(event.streamId, orderDetails.when(documents.get(event.streamId), recorded));
    }
    if (documents.size === 0) throw new Error('the raw read found none of the orders');
    return count / ((performance.now() - startedMs) / 1_000);
  }

  close(): Promise<void> {
    return this.#client.dispose();
  }
}

function prepare({ type, data, metadata }: RecordedEvent): Prepared {
  return { type, data: JSON.parse(data), metadata: JSON.parse(metadata) };
}
