import { type AppendReply, singleReplyFrom } from './append-reply.ts';
import { singleRequest, type WireAppend } from './append-request.ts';
import { isNotHandled, NoAnswer, unavailable } from './call-faults.ts';
import { inTime } from './in-time.ts';
import { abilitiesFrom, oldestAbilities, type ServerAbilities } from './server-abilities.ts';
import type { Answer, BatchCall, ReadCall, WireClient } from './wire-client.ts';

export interface ConnectionOptions {
  readonly deadlineMs: number;
  readonly readsFromLeader: boolean;
}

/** A read that goes on and on is ended some time, although the server answers; later where it has much to go through. */
const readMsMax = 60_000;
const searchMsMax = 600_000;

/** A client is given so long before another takes its place. */
const replaceMsMin = 500;
const endMsMax = 500;
const codes = { unavailable: 14, unimplemented: 12 } as const;

/** A call, and the client whose connection it is on. */
export interface Opened<Call> {
  readonly call: Call;
  readonly client: WireClient;
}

/**
 * Calls to the server, each with a deadline of our own. A connection that is half open says nothing, and the client
 * would take it for alive until its keepalive is not answered, 20 seconds later: so a call that gets no answer while
 * nothing else was heard either ends as a lost connection ends, after which the client makes a new one.
 */
export class Connection {
  readonly deadlineMs: number;
  readonly #connect: () => WireClient;
  #client: WireClient;
  #connectedMs: number;
  readonly #readsFromLeader: boolean;
  /** Messages that have come, on any call. */
  #heard = 0;
  #closed = false;
  #abilities: ServerAbilities | undefined;
  /** Why a client is not used any more. */
  readonly #givenUp = new WeakMap<WireClient, Error>();

  /** @param connect makes a client; it has not connected yet. */
  constructor(connect: () => WireClient, { deadlineMs, readsFromLeader }: ConnectionOptions) {
    this.#connect = connect;
    this.#client = connect();
    this.#connectedMs = performance.now();
    this.deadlineMs = deadlineMs;
    this.#readsFromLeader = readsFromLeader;
  }

  get heard(): number {
    return this.#heard;
  }

  /** Something has come on a call that somebody else reads. */
  hear(): void {
    this.#heard += 1;
  }

  /** What the server can do; asked once. @throws whatever a call that fails ends with. */
  async abilities(): Promise<ServerAbilities> {
    return this.#abilities ?? this.check();
  }

  /** Asks the server what it can do: an answer shows that it is there. */
  async check(msMax = this.deadlineMs): Promise<ServerAbilities> {
    const client = this.#client;
    try {
      return await this.#answered(
        (using, answer) => using.features(msMax, answer),
        (bytes) => {
          this.#abilities = bytes === undefined ? oldestAbilities : abilitiesFrom(bytes);
          return this.#abilities;
        },
        msMax,
      );
    } catch (error) {
      throw this.#givenUp.get(client) ?? error;
    }
  }

  /** Appends with a call of its own. */
  append(append: WireAppend): Promise<AppendReply> {
    return this.#answered(
      (client, answer) => client.append(singleRequest(append), this.deadlineMs, answer),
      (bytes = Buffer.alloc(0)) => singleReplyFrom(bytes),
    );
  }

  /** Opens a read or a subscription, which the server ends after `timeoutMs` at the latest. */
  openRead(request: Buffer, timeoutMs: number): Promise<Opened<ReadCall>> {
    return this.#opened((client) => client.read(request, timeoutMs, this.#readsFromLeader));
  }

  openBatch(): Promise<Opened<BatchCall>> {
    return this.#opened((client) => client.batchAppend());
  }

  /**
   * Reads to the end of what was asked for, and gives every message to `onMessage`; what that throws ends the read.
   * `patient` where the server may have to search for long: then it is asked halfway whether it is still there, so that
   * one that is not is given up after the same time.
   */
  async read(request: Buffer, onMessage: (bytes: Buffer) => void, patient = false): Promise<void> {
    const msMax = patient ? searchMsMax : readMsMax;
    const opened = await this.openRead(request, msMax);
    const { call } = opened;
    const endMs = performance.now() + msMax;
    let received = 0;
    let receivedBefore = 0;
    let heardBefore = this.#heard;
    let timer: NodeJS.Timeout | undefined;
    let isSettled = false;
    const waitMs = patient ? this.deadlineMs / 2 : this.deadlineMs;
    await new Promise<void>((resolve, reject) => {
      const wait = () => {
        if (isSettled) return;
        receivedBefore = received;
        heardBefore = this.#heard;
        timer = setTimeout(() => setImmediate(look), waitMs);
      };
      const giveUp = () => {
        if (!isSettled) this.abandon(opened, heardBefore);
        reject(new NoAnswer(this.deadlineMs));
      };
      const look = () => {
        if (performance.now() > endMs) giveUp();
        else if (received > receivedBefore) wait();
        else if (patient) this.check(waitMs).then(wait, giveUp);
        else giveUp();
      };
      call.on('data', (bytes: Buffer) => {
        received += 1;
        this.#heard += 1;
        try {
          if (!isSettled) onMessage(bytes);
        } catch (error) {
          reject(error);
          call.cancel();
        }
      });
      call.on('end', resolve);
      call.on('error', (error: Error) => reject(this.#givenUp.get(opened.client) ?? error));
      wait();
    }).finally(() => {
      isSettled = true;
      clearTimeout(timer);
    });
  }

  /** Ends a call that got no answer, and where nothing at all was heard since then, the connection that it is on. */
  abandon({ call, client }: Opened<{ cancel(): void }>, heardBefore: number): void {
    if (this.#heard === heardBefore) this.#replace(client, new NoAnswer(this.deadlineMs));
    call.cancel();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Whoever closes does not wait for a discovery that nobody needs any more.
    const ending = this.#client.end().catch(ignored);
    await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, endMsMax).unref())]);
  }

  /** A question with one answer. A server that does not know the question answers nothing. */
  #answered<Value>(
    ask: (client: WireClient, answer: Answer) => Promise<{ cancel(): void }>,
    read: (bytes: Buffer | undefined) => Value,
    msMax = this.deadlineMs,
  ): Promise<Value> {
    if (this.#closed) return Promise.reject(closed());
    const heardBefore = this.#heard;
    const client = this.#client;
    return inTime(msMax, (resolve, reject) => {
      const asking = ask(client, (error, bytes) => {
        if (error !== null && error.code !== codes.unimplemented) {
          this.#failed(client, error);
          return reject(error);
        }
        this.#heard += 1;
        try {
          resolve(read(bytes));
        } catch (unreadable) {
          reject(unreadable);
        }
      });
      asking.catch(reject);
      return () => asking.then((call) => this.abandon({ call, client }, heardBefore), ignored);
    });
  }

  /** A call has to wait for discovery before it is one; when that takes too long, it is cancelled as soon as it is. */
  #opened<Call extends ReadCall | BatchCall>(
    open: (client: WireClient) => Promise<Call>,
  ): Promise<Opened<Call>> {
    if (this.#closed) return Promise.reject(closed());
    const client = this.#client;
    return inTime(this.deadlineMs, (resolve, reject) => {
      const opening = open(client);
      opening.then((call) => {
        call.on('error', (error: Error) => this.#failed(client, error));
        resolve({ call, client });
      }, reject);
      return () => opening.then((call) => call.cancel(), ignored);
    });
  }

  /**
   * The client connects again by itself, but waits longer and longer before it does. So it is replaced, and not more
   * often than makes sense.
   */
  #failed(client: WireClient, error: Error & { readonly code?: number }): void {
    if (isNotHandled(error)) return;
    if (error.code === codes.unavailable && performance.now() - this.#connectedMs >= replaceMsMin)
      this.#replace(client, error);
  }

  #replace(client: WireClient, why: Error): void {
    if (client !== this.#client || this.#closed) return;
    this.#givenUp.set(client, why);
    this.#client = this.#connect();
    this.#connectedMs = performance.now();
    void client.end().catch(ignored);
  }
}

export function closed(): Error {
  return unavailable('is closed', 'Open it again.');
}

function ignored(): void {}
