import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { DomainEvent, EventCodec } from '../ports/event-codec.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { AnyProjection } from './projection.ts';

/** An event does not follow the one its document ends with: something between them never arrived, or came too early. */
export class OutOfSequence extends Error {
  override readonly name = 'OutOfSequence';

  constructor(revision: number, after: number) {
    super(`revision ${revision} does not follow revision ${after}: what was between them is missing`);
  }
}

/**
 * The projection, refusing events with a gap before them. Positions may have gaps, so only the revisions of a stream
 * can tell; a projection over all streams in one document has none, and is told nothing.
 */
export function inSequence(projection: AnyProjection): AnyProjection {
  if (projection.keys !== 'stream') return projection;
  return {
    ...projection,
    when: (document: never, event: never) => {
      const last = (document as { readonly revision?: number } | undefined)?.revision;
      const { revision } = event as DomainEvent;
      if (last !== undefined && revision !== last + 1) throw new OutOfSequence(revision, last);
      return projection.when(document, event);
    },
  };
}

/** The next page of the log. @throws StoreUnavailable also when what arrives is not in order: then it is asked again. */
export async function readInOrder(
  store: EventStore,
  after: number,
  countMax: number,
): Promise<readonly RecordedEvent[]> {
  const page = await store.readAll({ after, countMax });
  let last = 0;
  for (const { position } of page) {
    if (position < last) {
      const why = `position ${position} arrived after position ${last}`;
      throw new StoreUnavailable(
        'event store',
        why,
        'It is asked again; if this stays, run `ledger verify`.',
      );
    }
    last = position;
  }
  return page;
}

/** What could be decoded of a page: everything, or what comes before the first event that cannot be. */
export interface DecodedPage {
  readonly events: readonly DomainEvent[];
  readonly unreadable?: { readonly event: RecordedEvent; readonly error: unknown };
}

/**
 * Decodes as far as it goes, whatever stops it: a gap, a type or version nobody knows, damaged text.
 * @throws StoreUnavailable
 */
export async function decodeUpTo(codec: EventCodec, page: readonly RecordedEvent[]): Promise<DecodedPage> {
  const unreadable = firstGap(page);
  if (unreadable === undefined) return decodeAll(codec, page);
  const decoded = await decodeAll(codec, page.slice(0, page.indexOf(unreadable.event)));
  return { unreadable, ...decoded };
}

/** Positions cannot tell that an event is missing from a page, but the revisions around it can. */
function firstGap(page: readonly RecordedEvent[]): DecodedPage['unreadable'] {
  const last = new Map<string, number>();
  for (const event of page) {
    const { stream, revision } = event;
    const before = last.get(stream) ?? revision - 1;
    if (revision > before + 1) return { event, error: new OutOfSequence(revision, before) };
    last.set(stream, Math.max(before, revision));
  }
  return undefined;
}

async function decodeAll(codec: EventCodec, page: readonly RecordedEvent[]): Promise<DecodedPage> {
  try {
    return { events: await codec.decode(page) };
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
  }
  // Only an event by itself tells which one it is.
  const events: DomainEvent[] = [];
  for (const event of page) {
    try {
      events.push(...(await codec.decode([event])));
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      return { events, unreadable: { event, error } };
    }
  }
  return { events };
}
