import { categoryOf } from '../../domain/kernel/log.ts';
import { isSideEvent, type LedgerSide, sideEventTypes } from '../../domain/reconciliation/ledger-side.ts';
import type { EventCodec } from '../../ports/event-codec.ts';
import type { EventStore } from '../../ports/event-store.ts';

const pageSize = 4_000;
const categories = new Set(['order', 'books']);

/**
 * Reads the log into the ledger's side of a reconciliation, page by page, from after a position to where the log ends
 * now. Answers the position it got to. @throws StoreUnavailable, UnreadableEvent
 */
export async function readBooks(
  { store, codec }: { readonly store: EventStore; readonly codec: EventCodec },
  side: LedgerSide,
  from: number,
  onProgress: (fraction: number, events: number) => void,
): Promise<number> {
  const head = await store.head();
  let after = from;
  let events = 0;
  while (after < head) {
    const page = await store.readAll({ after, countMax: pageSize });
    const last = page.at(-1);
    if (last === undefined) break;
    const wanted = page.filter(
      ({ stream, type, position }) =>
        position <= head && sideEventTypes.has(type) && categories.has(categoryOf(stream)),
    );
    for (const event of await codec.decode(wanted)) if (isSideEvent(event)) side.take(event, event);
    after = Math.min(last.position, head);
    events += page.length;
    onProgress(after / head, events);
  }
  return after;
}
