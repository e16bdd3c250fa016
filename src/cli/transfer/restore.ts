import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Ledger, openLedger } from '../../main.ts';
import type { AppendResult, NewEvent, RecordedEvent } from '../../ports/event-store.ts';
import { catchUp } from '../catch-up.ts';
import { type CliCommand, exitCodes } from '../command.ts';
import { requireFile } from '../files.ts';
import { duration, grouped, type Terminal } from '../terminal.ts';
import {
  type ExportedEvent,
  exportedEvent,
  exportedKey,
  exportFooter,
  exportHeader,
  hashIn,
} from './format.ts';

/** Appends waiting at once; they are made durable in the order they were sent. */
const inFlightMax = 256;

/** Why a file cannot be restored; everything before it is in place and a second run goes on from there. */
class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused';
}

export const restoreLog: CliCommand = {
  summary: 'read an exported log into this ledger',
  usage: 'FILE.ndjson [--keys KEYFILE]',
  help: `  --keys KEYFILE   keys written with the export, so that sealed fields can be read here

Into an empty ledger, or one that holds the beginning of the same log: what is there already is left as it is. Every hash
is checked before anything is appended. Read models follow.`,
  options: { keys: { type: 'string' } },
  words: [1, 1],
  run: async ({ words: [file = ''], options, config, terminal }) => {
    for (const path of [file, options['keys']]) {
      if (typeof path === 'string') requireFile(path);
    }
    const ledger = await openLedger(config, { append: true, documents: 'write' });
    try {
      const startedMs = performance.now();
      if (typeof options['keys'] === 'string') await restoreKeys(options['keys'], ledger);
      const { events, added, digest } = await new Restore(file, ledger, terminal).run();
      await catchUp(ledger);
      terminal.line(
        `${grouped(added)} of ${grouped(events)} events restored in ${duration(performance.now() - startedMs)}, digest ${digest}`,
      );
      terminal.answer({ events, added, digest });
      return exitCodes.done;
    } catch (error) {
      if (!(error instanceof RestoreRefused)) throw error;
      terminal.complain(error.message);
      return exitCodes.no;
    } finally {
      await ledger.close();
    }
  },
};

async function restoreKeys(file: string, { keys }: Ledger): Promise<void> {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const parsed = lines.map((line, index) => {
    try {
      return exportedKey.parse(JSON.parse(line));
    } catch {
      throw new RestoreRefused(`line ${index + 1} of ${file} is no key of an export; nothing was restored`);
    }
  });
  await keys.restore(parsed.map(({ secret, ...key }) => ({ ...key, secret: Buffer.from(secret, 'base64') })));
}

const pageSize = 4_000;

/** The events a store holds when this begins, in order. */
async function* eventsIn({ store }: Ledger): AsyncGenerator<RecordedEvent> {
  const head = await store.head();
  for (let after = 0; after < head; ) {
    const page = await store.readAll({ after, countMax: pageSize });
    yield* page;
    after = page.at(-1)?.position ?? head;
  }
}

interface Batch {
  readonly stream: string;
  readonly commandId: string;
  readonly revision: number;
  readonly events: NewEvent[];
}

class Restore {
  readonly #file: string;
  readonly #ledger: Ledger;
  readonly #terminal: Terminal;
  readonly #ends = new Map<string, { revision: number; hash: string }>();
  readonly #inFlight: Promise<void>[] = [];
  /** What this ledger holds already: it must be how the file begins. Nothing is appended before it ends. */
  readonly #present: AsyncGenerator<RecordedEvent>;
  #batch: Batch | undefined;
  #line = 0;
  #events = 0;
  #added = 0;
  #digest = '';
  #complete = false;

  constructor(file: string, ledger: Ledger, terminal: Terminal) {
    this.#file = file;
    this.#ledger = ledger;
    this.#terminal = terminal;
    this.#present = eventsIn(ledger);
  }

  async run() {
    const size = statSync(this.#file).size;
    const startedMs = performance.now();
    let read = 0;
    for await (const text of createInterface({
      input: createReadStream(this.#file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      this.#line += 1;
      read += Buffer.byteLength(text) + 1;
      await this.#take(text);
      const elapsedMs = performance.now() - startedMs;
      this.#terminal.progress('restore', {
        fraction: read / size,
        count: this.#events,
        unit: 'events',
        elapsedMs,
      });
    }
    // Of a file that was cut off, the last command may be there in part only.
    if (this.#complete) await this.#send();
    await Promise.all(this.#inFlight);
    this.#terminal.progressDone();
    if (!this.#complete)
      throw new RestoreRefused(
        `${this.#file} was cut off after line ${this.#line}: its last line is missing`,
      );
    return { events: this.#events, added: this.#added, digest: this.#digest };
  }

  async #take(text: string): Promise<void> {
    const value = this.#parse(text);
    if (this.#complete) this.#refuse('something follows the last line');
    if (this.#line === 1) {
      if (!exportHeader.safeParse(value).success) this.#refuse('this is not an export of a ledger');
      return;
    }
    const footer = exportFooter.safeParse(value);
    if (footer.success) {
      if (footer.data.events !== this.#events || footer.data.digest !== this.#digest)
        this.#refuse('lines are missing or altered');
      this.#complete = true;
      return;
    }
    const event = exportedEvent.safeParse(value);
    if (!event.success) this.#refuse('this is not an exported event');
    // The value as it was read: a schema puts the members it knows first, and the hash is over the text.
    else await this.#add(value as ExportedEvent);
  }

  /** Checks the event against the chain, and sends what one command appended as one append. */
  async #add(event: ExportedEvent): Promise<void> {
    const { stream, revision, eventId, type } = event;
    const stored = {
      eventId,
      type,
      data: JSON.stringify(event.data),
      metadata: JSON.stringify(event.metadata),
    };
    const end = this.#ends.get(stream) ?? { revision: -1, hash: '' };
    if (revision !== end.revision + 1)
      this.#refuse(`${stream} goes on with revision ${revision} after ${end.revision}`);
    const { intact, hash } = this.#ledger.codec.check(end.hash, { ...stored, stream, revision, position: 0 });
    if (!intact)
      this.#refuse(`the hash of ${stream} revision ${revision} does not match: the line was altered`);
    this.#ends.set(stream, { revision, hash });
    this.#events += 1;
    this.#digest = this.#ledger.digest.sha256(`${this.#digest}\n${hashIn(stored.metadata)}`);

    if (await this.#isPresent(stored, stream, revision)) return;

    const { commandId } = event.metadata;
    if (this.#batch?.stream !== stream || this.#batch.commandId !== commandId) {
      await this.#send();
      this.#batch = { stream, commandId, revision, events: [] };
    }
    this.#batch.events.push(stored);
  }

  /** Whether this ledger holds the event already, to the byte. */
  async #isPresent({ data, metadata }: NewEvent, stream: string, revision: number): Promise<boolean> {
    const { value: present, done } = await this.#present.next();
    if (done === true) return false;
    const isSame = present.stream === stream && present.revision === revision;
    if (!isSame || present.data !== data || present.metadata !== metadata) {
      this.#refuse(
        `this ledger holds another event at position ${present.position}: restore into an empty ledger, or one that holds the beginning of this log`,
      );
    }
    return true;
  }

  async #send(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return;
    const line = this.#line;
    const appended = this.#ledger.store
      .append(batch.stream, batch.revision - 1, batch.events)
      .then((result) => this.#appended(result, batch, line));
    appended.catch(() => {});
    this.#inFlight.push(appended);
    if (this.#inFlight.length >= inFlightMax) await this.#inFlight.shift();
  }

  #appended(result: AppendResult, { stream, revision, events }: Batch, line: number): void {
    if (result.status === 'conflict') {
      throw new RestoreRefused(
        `line ${line}: ${stream} holds other events from revision ${revision} on: somebody else is writing here`,
      );
    }
    if (!result.repeated) this.#added += events.length;
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return this.#refuse('this is not JSON');
    }
  }

  #refuse(why: string): never {
    throw new RestoreRefused(`line ${this.#line}: ${why}`);
  }
}
