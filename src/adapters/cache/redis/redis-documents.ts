import { createHash } from 'node:crypto';
import type { CacheEntry, DocumentCache, FoundEntry, PublishedChanges } from '../../../ports/cache.ts';
import { entryFrom, entryText, type Watermark, watermarkFrom } from './entry-text.ts';
import type { RedisLink } from './redis-link.ts';
import { advanceScript, fillScript } from './scripts.ts';

/** Bounds what is kept without being asked for, and for how long an entry of a lost ledger could be met. */
const entryMsMax = 600_000;
/** How long a projector's word holds: it is given at least every half second. */
const vouchedMsMax = 1_500;
const bodyLengthMax = 512 * 1024;
/** One question asks for this many documents at most, and one script writes this many. */
const askedMax = 200;
const writtenMax = 50;
/** Beyond that nothing is said, and what is there is no longer proven: a server must not be held up by one script. */
const changedMax = 5_000;
/** Commits whose writing is under way. */
const publishingMax = 8;

const plainId = /^[A-Za-z0-9._-]{1,100}$/;

type Found = FoundEntry | undefined;

interface Question {
  /** Places of the documents in the answer. */
  readonly places: Map<string, number>;
  readonly answer: Promise<readonly Found[]>;
  readonly put: () => void;
}

/**
 * The documents of one version of a projection, for all processes that use this server. What is asked for in one turn
 * of the event loop is asked for at once, together with the watermark: documents and the proof for them are of one moment.
 */
export class RedisDocuments implements DocumentCache {
  readonly #link: RedisLink;
  readonly #name: string;
  readonly #markKey: string;
  readonly #keyPrefix: string;
  readonly #figures: { hits: number; misses: number };
  #gathering: Question | undefined;
  #publishing = 0;

  constructor(link: RedisLink, keyPrefix: string, name: string, figures: { hits: number; misses: number }) {
    this.#link = link;
    this.#name = name;
    this.#markKey = keyPrefix + name;
    this.#keyPrefix = keyPrefix;
    this.#figures = figures;
  }

  get(id: string): Found | Promise<Found> {
    if (!this.#link.mayAsk) return this.#count(undefined);
    const question = this.#gathering ?? this.#gather();
    const { places, answer } = question;
    const place = places.get(id) ?? places.size;
    places.set(id, place);
    if (places.size === askedMax) question.put();
    return answer.then((found) => this.#count(found[place]));
  }

  async fill(id: string, entry: CacheEntry): Promise<void> {
    if (entry.body.length > bodyLengthMax) return;
    const name = this.#nameOf(id);
    const texts = [entryText(name, entry)];
    await this.#link.run(
      fillScript,
      [this.#markKey, this.#keyPrefix + name],
      [String(entry.asOf), String(entryMsMax), ...texts],
    );
  }

  async published(news: PublishedChanges): Promise<void> {
    if (this.#publishing >= publishingMax || !this.#link.mayAsk) return;
    if (news.writes.length + news.forgets.length > changedMax) return;
    this.#publishing += 1;
    try {
      await Promise.all([...this.#write(news), this.#advance(news)]);
    } finally {
      this.#publishing -= 1;
    }
  }

  /** Only kept where they are newer; what is not written here is removed by the advance. */
  #write({ to, writes }: PublishedChanges): readonly (Promise<unknown> | undefined)[] {
    const asked = [];
    for (let start = 0; start < writes.length; start += writtenMax) {
      const chunk = writes
        .slice(start, start + writtenMax)
        .filter(({ body }) => body.length <= bodyLengthMax)
        .map((write) => ({ name: this.#nameOf(write.id), ...write }));
      const keys = chunk.map(({ name }) => this.#keyPrefix + name);
      const texts = chunk.map(({ name, ...write }) => entryText(name, { ...write, asOf: to }));
      asked.push(
        this.#link.run(fillScript, [this.#markKey, ...keys], [String(to), String(entryMsMax), ...texts]),
      );
    }
    return asked;
  }

  #advance({ from, to, writes, forgets }: PublishedChanges): Promise<unknown> | undefined {
    const changed = [...writes.map(({ id }) => id), ...forgets];
    const keys = changed.map((id) => this.#keyPrefix + this.#nameOf(id));
    return this.#link.run(
      advanceScript,
      [this.#markKey, ...keys],
      [String(from), String(to), String(vouchedMsMax)],
    );
  }

  #gather(): Question {
    const places = new Map<string, number>();
    const { promise: answer, resolve } = Promise.withResolvers<readonly Found[]>();
    const question = {
      places,
      answer,
      put: () => {
        if (this.#gathering !== question) return;
        this.#gathering = undefined;
        resolve(this.#find([...places.keys()]));
      },
    };
    this.#gathering = question;
    // After everything that has arrived in this turn was read: a microtask would put each question alone.
    setImmediate(question.put);
    return question;
  }

  async #find(ids: readonly string[]): Promise<readonly Found[]> {
    const names = ids.map((id) => this.#nameOf(id));
    const texts = await this.#link.texts([this.#markKey, ...names.map((name) => this.#keyPrefix + name)]);
    if (texts === undefined) return [];
    const mark = watermarkFrom(texts[0] ?? '');
    return names.map((name, index) => judged(entryFrom(name, texts[index + 1] ?? ''), mark));
  }

  /** Whatever an id is made of, a key is made of plain characters. */
  #nameOf(id: string): string {
    const plain = plainId.test(id) ? id : `#${createHash('sha256').update(id).digest('base64url')}`;
    return `${this.#name}:${plain}`;
  }

  #count(found: Found): Found {
    if (found?.isCurrent) this.#figures.hits += 1;
    else this.#figures.misses += 1;
    return found;
  }
}

/** Without a watermark nothing is proven: its time is up, or it was lost, and what was written meanwhile with it. */
function judged(entry: CacheEntry | undefined, mark: Watermark | undefined): Found {
  if (entry === undefined) return undefined;
  if (mark === undefined || entry.asOf < mark.floor) return { ...entry, isCurrent: false };
  return { ...entry, asOf: Math.max(entry.asOf, mark.to), isCurrent: true };
}
