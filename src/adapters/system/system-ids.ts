import { randomUUID } from 'node:crypto';
import type { Ids } from '../../ports/ids.ts';

/** The machine's randomness. */
export const systemIds: Ids = {
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
};
