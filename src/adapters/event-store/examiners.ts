import type { Examiner } from '../../ports/examination.ts';
import { eventStoreDbLog } from './eventstoredb/examine.ts';
import { sqliteLog } from './sqlite/examine.ts';

/** How event stores are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const eventStoreExaminers: Readonly<Record<string, Examiner>> = {
  sqlite: sqliteLog,
  esdb: eventStoreDbLog,
};
