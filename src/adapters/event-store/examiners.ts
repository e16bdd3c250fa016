import type { Examiner } from '../../ports/examination.ts';
import { eventStoreDbTransport } from './eventstoredb/transport.ts';
import { sqliteLog } from './sqlite/examine.ts';

/** How event stores are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const eventStoreExaminers: Readonly<Record<string, Examiner>> = {
  sqlite: sqliteLog,
  esdb: {
    transport: eventStoreDbTransport,
    load: () =>
      Promise.all([
        import('./eventstoredb/examine.ts'),
        import('./eventstoredb/eventstoredb-event-store.ts'),
      ]),
    examine: async (url, needs) =>
      (await import('./eventstoredb/examine.ts')).examineEventStoreDb(url, needs),
  },
};
