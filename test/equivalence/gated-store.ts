import type { EventStore } from '../../src/ports/event-store.ts';

/** The store as the projector sees it: up to where it has been opened, and without the bell. */
export function gated(store: EventStore) {
  let end = 0;
  let ring = () => {};
  return {
    store: {
      ...bound(store),
      readAll: async (page) => (await store.readAll(page)).filter(({ position }) => position <= end),
      onAppended: (listener) => {
        ring = listener;
        return () => {};
      },
    } satisfies EventStore,
    open: (position: number) => {
      end = position;
      ring();
    },
  };
}

/** An adapter may be a class: its methods are not members of their own. */
function bound(store: EventStore): EventStore {
  return {
    append: (stream, expected, events) => store.append(stream, expected, events),
    readStream: (stream, page) => store.readStream(stream, page),
    readAll: (page) => store.readAll(page),
    head: () => store.head(),
    audit: () => store.audit(),
    onAppended: (listener) => store.onAppended(listener),
    close: () => store.close(),
  };
}
