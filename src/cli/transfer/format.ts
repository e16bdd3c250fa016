import { z } from 'zod';
import type { RecordedEvent } from '../../ports/event-store.ts';

/** First line of an export. */
export const exportHeader = z.strictObject({ format: z.literal('order-ledger/1'), exportedAt: z.string() });

/** One event. `data` and `metadata` are the stored texts: JSON written by JSON.stringify comes back the same. */
export const exportedEvent = z.strictObject({
  stream: z.string(),
  revision: z.int().min(0),
  eventId: z.string(),
  type: z.string(),
  data: z.looseObject({}),
  metadata: z.looseObject({ commandId: z.string(), hash: z.string() }),
});
export type ExportedEvent = z.output<typeof exportedEvent>;

/** Last line: without it the file was cut off. */
export const exportFooter = z.strictObject({
  events: z.int().min(0),
  /** Chained SHA-256 over the hashes of all events. */
  digest: z.string(),
});

/** One subject key of a key file. */
export const exportedKey = z.strictObject({ keyId: z.string(), subject: z.string(), secret: z.string() });

export function lineOf({ stream, revision, eventId, type, data, metadata }: RecordedEvent): string {
  const head = JSON.stringify({ stream, revision, eventId, type });
  return `${head.slice(0, -1)},"data":${data},"metadata":${metadata}}`;
}

export function hashIn(metadata: string): string {
  const { hash }: { readonly hash: string } = JSON.parse(metadata);
  return hash;
}
