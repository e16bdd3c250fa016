import { deletedRevision, type StreamMetadata, streamMetadataFrom } from './stream-metadata.ts';

/** An event as a client proposes it. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event in the log. */
export interface LogRecord extends ProposedEvent {
  readonly stream: string;
  /** From 0 in its stream; `deletedRevision` of a tombstone. */
  readonly revision: number;
  /** The offset of its first byte, as if the log were a file: it grows by the size of what lies between. */
  readonly position: number;
  readonly createdMs: number;
  /** The reply that carries it, once it has been read. */
  wire?: Buffer;
}

/** Its events by their indexes in the log, in order. */
interface Stream {
  readonly indexes: number[];
  tombstone?: number;
}

/** What the head of a real log says of itself, before the first event. */
const headerBytes = 1_127;
const recordHeaderBytes = 74;

/**
 * The log of one server, in memory. What is appended is at first only written: it counts for the next append (that is how
 * racing appends are refused), but no read sees it until it is committed, in the order it was written.
 */
export class EventLog {
  readonly #records: LogRecord[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #followers = new Set<(record: LogRecord) => void>();
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  #committed = 0;
  #end = headerBytes;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** How many records there are, and how many of them can be read. */
  get length(): number {
    return this.#records.length;
  }

  get committed(): number {
    return this.#committed;
  }

  /** Appends without asking; whoever calls has checked. @returns the last record. */
  write(stream: string, events: readonly ProposedEvent[]): LogRecord | undefined {
    return events.map((event) => this.#write(stream, this.writtenRevision(stream) + 1, event)).at(-1);
  }

  /** After it the stream is deleted for ever. */
  writeTombstone(stream: string, id: string): LogRecord {
    const nothing = new Uint8Array();
    const event = { id, type: '$streamDeleted', isJson: true, data: nothing, metadata: nothing };
    const record = this.#write(stream, deletedRevision, event);
    this.#streamOf(stream).tombstone = this.length - 1;
    return record;
  }

  /** Makes readable what lies before `length`, and then tells it to those who follow. */
  commit(length: number): void {
    const from = this.#committed;
    this.#committed = Math.max(from, length);
    if (this.#followers.size === 0) return;
    for (const record of this.#records.slice(from, this.#committed))
      for (const follower of this.#followers) follower(record);
  }

  /** Tells of every record as it is committed. @returns what ends that. */
  follow(follower: (record: LogRecord) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Forgets what was written and not committed. */
  discardUncommitted(): void {
    for (const { stream, position } of this.#records.splice(this.#committed).reverse()) {
      const { indexes, tombstone } = this.#streamOf(stream);
      if (tombstone !== undefined && tombstone >= this.#committed) this.#streams.set(stream, { indexes });
      else indexes.pop();
      this.#end = position;
    }
  }

  /** Writes a record that no read shows: of an append without events, of the start of a server. @returns its position. */
  writeHidden(): number {
    const position = this.#end;
    this.#end += recordHeaderBytes;
    return position;
  }

  /** -1 of a stream that never was; `deletedRevision` after a tombstone, and of the metadata of such a stream. */
  writtenRevision(stream: string): number {
    return this.#revisionBefore(stream, this.length);
  }

  committedRevision(stream: string): number {
    return this.#revisionBefore(stream, this.#committed);
  }

  /** The event at a revision, whether it can be read or not. */
  writtenAt(stream: string, revision: number): LogRecord | undefined {
    const index = this.#streams.get(stream)?.indexes[revision];
    return index === undefined ? undefined : this.#records[index];
  }

  at(index: number): LogRecord | undefined {
    return index < this.#committed ? this.#records[index] : undefined;
  }

  /** What an append has to know is written already; what a read may show is committed. */
  metadataOf(stream: string, state: 'written' | 'committed'): StreamMetadata {
    if (stream.startsWith('$$')) return { maxCount: 1 };
    const metastream = `$$${stream}`;
    const revision =
      state === 'written' ? this.writtenRevision(metastream) : this.committedRevision(metastream);
    return streamMetadataFrom(this.writtenAt(metastream, revision)?.data);
  }

  /**
   * The index of the record that begins at a position; the number of committed records where the position lies behind
   * them all, and nothing where it lies inside a record.
   */
  indexAt(position: number): number | undefined {
    if (position === 0) return 0;
    const index = this.#firstIndexFrom(position);
    return index >= this.#committed || this.#records[index]?.position === position ? index : undefined;
  }

  /** How many of the committed records begin before a position. */
  #firstIndexFrom(position: number): number {
    let low = 0;
    let high = this.#committed;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.position ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #revisionBefore(stream: string, length: number): number {
    if (stream.startsWith('$$') && this.#revisionBefore(stream.slice(2), length) === deletedRevision)
      return deletedRevision;
    const known = this.#streams.get(stream);
    if (known === undefined) return -1;
    if (known.tombstone !== undefined && known.tombstone < length) return deletedRevision;
    let revision = known.indexes.length - 1;
    while ((known.indexes[revision] ?? -1) >= length) revision -= 1;
    return revision;
  }

  #write(stream: string, revision: number, event: ProposedEvent): LogRecord {
    const record = { ...event, stream, revision, position: this.#end, createdMs: this.now() };
    if (revision !== deletedRevision) this.#streamOf(stream).indexes.push(this.#records.length);
    this.#records.push(record);
    this.#end += recordHeaderBytes + 2 * stream.length + sizeOf(event);
    return record;
  }

  #streamOf(name: string): Stream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const stream = { indexes: [] };
    this.#streams.set(name, stream);
    return stream;
  }
}

/** The bytes of an event that count against the limit of an append. */
export function sizeOf({ type, data, metadata }: ProposedEvent): number {
  return 2 * type.length + data.length + metadata.length;
}
