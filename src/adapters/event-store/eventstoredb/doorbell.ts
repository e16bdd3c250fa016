import { beginning } from '../../../domain/kernel/log.ts';
import { NoAnswer } from './call-faults.ts';
import type { Connection } from './connection.ts';
import type { LogProgress } from './log-progress.ts';
import type { LogReader } from './log-reader.ts';
import { readReplyFrom } from './read-reply.ts';
import { subscriptionRequest } from './read-request.ts';

export interface DoorbellTiming {
  /** Between two rings, and between a ring and the next look. */
  readonly pauseMs: number;
  /** A subscription that has not told of an event that was seen elsewhere is deaf. */
  readonly deafMs: number;
  /** One on which nothing comes is renewed: it may be dead. */
  readonly silentMs: number;
  readonly retryMsMax: number;
}

/** Says which events are of interest, and takes note of one. */
type NoticesEvents = Pick<LogReader, 'filter' | 'notice'>;

const systemTiming: DoorbellTiming = { pauseMs: 25, deafMs: 1_000, silentMs: 10_000, retryMsMax: 2_000 };
const retryMsMin = 50;

/**
 * Rings after something was appended, by anybody. It subscribes for one event, rings, and after a pause subscribes again
 * behind the newest event that is known by then: a busy log costs forty rings a second, and what rings is never decoded.
 * A server drops whoever falls 32 events behind; nobody here can.
 */
export class Doorbell {
  readonly #connection: Connection;
  readonly #reader: NoticesEvents;
  readonly #progress: LogProgress;
  readonly #timing: DoorbellTiming;
  readonly #listeners = new Set<() => void>();
  #rungMs = Number.NEGATIVE_INFINITY;
  #ringing: NodeJS.Timeout | undefined;
  #isRunning = false;
  /** Ends what it is waiting for now. */
  #wake: () => void = () => {};
  #onAdvance: () => void = () => {};

  constructor(connection: Connection, reader: NoticesEvents, progress: LogProgress, timing = systemTiming) {
    this.#connection = connection;
    this.#reader = reader;
    this.#progress = progress;
    this.#timing = timing;
    progress.onAdvance(() => {
      if (this.#listeners.size === 0) return;
      this.#ring();
      this.#onAdvance();
    });
  }

  listen(listener: () => void): () => void {
    // One that is given twice is two listeners.
    const own = () => listener();
    this.#listeners.add(own);
    if (!this.#isRunning) void this.#run();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#ringing);
    this.#ringing = undefined;
    this.#wake();
  }

  #ring(): void {
    if (this.#ringing !== undefined || this.#listeners.size === 0) return;
    const waitMs = this.#rungMs + this.#timing.pauseMs - performance.now();
    if (waitMs <= 0) this.#notify();
    else
      this.#ringing = setTimeout(() => {
        this.#ringing = undefined;
        this.#notify();
      }, waitMs).unref();
  }

  #notify(): void {
    this.#rungMs = performance.now();
    for (const listener of this.#listeners) listener();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let failures = 0;
    let mayHaveMissed = true;
    while (this.#listeners.size > 0) {
      try {
        await this.#follow(mayHaveMissed);
        failures = 0;
        mayHaveMissed = false;
        await this.#pause(this.#timing.pauseMs);
      } catch {
        // Whoever reads hears what is wrong; here it is only tried again.
        failures += 1;
        mayHaveMissed = true;
        const retryMs = Math.min(retryMsMin * 2 ** failures, this.#timing.retryMsMax);
        await this.#pause(retryMs * (0.5 + Math.random() / 2));
      }
    }
    this.#isRunning = false;
  }

  /** Subscribes until there is news, or until it should be renewed. @throws when the subscription ends otherwise. */
  async #follow(mayHaveMissed: boolean): Promise<void> {
    const known = this.#progress.tail;
    const request = subscriptionRequest(known === beginning ? 'end' : known, this.#reader.filter);
    const heardBefore = this.#connection.heard;
    const opened = await this.#connection.openRead(request, Number.POSITIVE_INFINITY);
    const { call } = opened;
    const { deafMs, silentMs } = this.#timing;
    let timer: NodeJS.Timeout | undefined;
    let deaf: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve;
      this.#onAdvance = () => {
        deaf ??= setTimeout(resolve, deafMs).unref();
      };
      timer = setTimeout(() => {
        this.#connection.abandon(opened, heardBefore);
        reject(new NoAnswer(this.#connection.deadlineMs));
      }, this.#connection.deadlineMs).unref();
      call.on('data', (bytes: Buffer) => {
        this.#connection.hear();
        clearTimeout(timer);
        timer = setTimeout(resolve, silentMs).unref();
        try {
          const reply = readReplyFrom(bytes);
          if (typeof reply === 'object') {
            this.#reader.notice(reply);
            resolve();
          } else if (reply === 'confirmed' && (mayHaveMissed || known === beginning)) this.#ring();
        } catch (error) {
          // Whoever reads hears what is wrong with it.
          this.#ring();
          reject(error);
        }
      });
      call.on('error', reject);
      call.on('end', () => reject(new Error('the subscription has ended')));
      if (this.#listeners.size === 0) resolve();
    }).finally(() => {
      this.#wake = () => {};
      this.#onAdvance = () => {};
      clearTimeout(timer);
      clearTimeout(deaf);
      call.cancel();
    });
  }

  #pause(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
