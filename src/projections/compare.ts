import type { Digest } from '../ports/digest.ts';
import type { Generation, StoredDocument } from '../ports/read-model.ts';

/** What a set of documents is, in figures: equal digests mean equal documents, whatever store they are in. */
export interface Inventory {
  readonly documents: number;
  /** Chained SHA-256 over id and body of every document, in order of id. */
  readonly digest: string;
}

export async function inventoryOf(generation: Generation, digest: Digest): Promise<Inventory> {
  let documents = 0;
  let chained = '';
  for await (const { id, body } of generation.documents()) {
    documents += 1;
    chained = digest.sha256(`${chained}\n${id}\n${body}`);
  }
  return { documents, digest: chained };
}

/** One document that is not the same in two generations. */
export interface Difference {
  readonly id: string;
  readonly kind: 'missing' | 'surplus' | 'different';
  /** Of the document in the first generation. */
  readonly first?: StoredDocument;
  readonly second?: StoredDocument;
}

export interface Compared {
  readonly generation: Generation;
  /** Position it had when the comparison began: documents beyond it have moved on since and prove nothing. */
  readonly position: number;
}

/**
 * Walks two generations side by side, in order of id. Documents that either has only in a newer state than the other
 * can know are passed over, so a live generation can be compared while it moves.
 */
export async function* differences(first: Compared, second: Compared): AsyncIterable<Difference> {
  for await (const { a, b } of paired(first.generation.documents(), second.generation.documents())) {
    const isKnown = (a?.position ?? 0) <= second.position && (b?.position ?? 0) <= first.position;
    if (!isKnown) continue;
    if (b === undefined && a !== undefined) yield { id: a.id, kind: 'surplus', first: a };
    else if (a === undefined && b !== undefined) yield { id: b.id, kind: 'missing', second: b };
    else if (a !== undefined && b !== undefined && !isSame(a, b))
      yield { id: a.id, kind: 'different', first: a, second: b };
  }
}

interface Pair {
  readonly a?: StoredDocument;
  readonly b?: StoredDocument;
}

/** Both sequences in order of id, documents of one id together. */
async function* paired(
  first: AsyncIterable<StoredDocument>,
  second: AsyncIterable<StoredDocument>,
): AsyncIterable<Pair> {
  const as = first[Symbol.asyncIterator]();
  const bs = second[Symbol.asyncIterator]();
  let [a, b] = [await next(as), await next(bs)];
  while (a !== undefined || b !== undefined) {
    const takesA = a !== undefined && (b === undefined || a.id <= b.id);
    const takesB = b !== undefined && (a === undefined || b.id <= a.id);
    yield { ...(takesA && a && { a }), ...(takesB && b && { b }) };
    if (takesA) a = await next(as);
    if (takesB) b = await next(bs);
  }
}

async function next(documents: AsyncIterator<StoredDocument>): Promise<StoredDocument | undefined> {
  const result = await documents.next();
  return result.done === true ? undefined : result.value;
}

function isSame(a: StoredDocument, b: StoredDocument): boolean {
  return a.body === b.body && a.position === b.position;
}
