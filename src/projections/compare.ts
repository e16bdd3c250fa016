import type { Digest } from '../ports/digest.ts';
import type { Generation, StoredDocument } from '../ports/read-model.ts';

/** What a set of documents is, in figures: equal digests mean equal documents, whatever store they are in. */
export interface Inventory {
  readonly documents: number;
  /** Sum modulo 2^256 of the SHA-256 of each document's id and body, in hex: the order makes no difference. */
  readonly digest: string;
}

export async function inventoryOf(generation: Generation, digest: Digest): Promise<Inventory> {
  let documents = 0;
  let sum = 0n;
  for await (const { id, body } of generation.documents()) {
    documents += 1;
    sum += BigInt(`0x${Buffer.from(digest.sha256(`${id}\n${body}`), 'base64url').toString('hex')}`);
  }
  return { documents, digest: BigInt.asUintN(256, sum).toString(16).padStart(64, '0') };
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
  /** Position it had when the comparison began. */
  readonly position: number;
}

const batchSize = 1_000;

/**
 * Every document that is not the same in both. Those that either side has only in a newer state than the other can
 * know are passed over, so a live generation can be compared while it moves.
 */
export async function* differences(first: Compared, second: Compared): AsyncIterable<Difference> {
  for await (const { own, other } of paired(first, second)) {
    if (other === undefined) yield { id: own.id, kind: 'surplus', first: own };
    else if (own.body !== other.body || own.position !== other.position) {
      yield { id: own.id, kind: 'different', first: own, second: other };
    }
  }
  for await (const { own, other } of paired(second, first)) {
    if (other === undefined) yield { id: own.id, kind: 'missing', second: own };
  }
}

interface Pair {
  readonly own: StoredDocument;
  readonly other?: StoredDocument;
}

/** Every document of `from` with the one of the same id of `to`, where both can know both states. */
async function* paired(from: Compared, to: Compared): AsyncIterable<Pair> {
  for await (const batch of batches(from.generation.documents())) {
    const others = await to.generation.load(batch.map(({ id }) => id));
    for (const own of batch) {
      const other = others.get(own.id);
      const there = other?.body === undefined ? undefined : { ...other, body: other.body };
      const isKnown = own.position <= to.position && (other === undefined || other.position <= from.position);
      if (isKnown) yield { own, ...(there && { other: there }) };
    }
  }
}

async function* batches(documents: AsyncIterable<StoredDocument>): AsyncIterable<readonly StoredDocument[]> {
  let batch: StoredDocument[] = [];
  for await (const document of documents) {
    batch.push(document);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
