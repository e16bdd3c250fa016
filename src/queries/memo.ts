import { z } from 'zod';
import { etagOf } from '../http/etag.ts';
import type { DocumentMemo } from '../ports/cache.ts';

const document = z.object({ customerId: z.string().optional(), revision: z.int().optional() });

/** Whose a document is, and its ETag: the revision of the order where it has one. */
export function memoOf(body: string): DocumentMemo {
  const { customerId, revision } = document.parse(JSON.parse(body));
  return { customerId, etag: revision === undefined ? '' : etagOf(revision) };
}
