import { Redis } from 'ioredis';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { Logger } from '../../../ports/logger.ts';
import { Breaker } from './breaker.ts';
import type { RedisAddress } from './redis-address.ts';
import { advanceScript, fillScript, type Script } from './scripts.ts';
import { TimeBudget } from './time-budget.ts';

const answerMsMaxDefault = 50;
/** A connection that says nothing for this long is given up, however open it looks. */
const silenceMsMax = 1_000;
const reconnectMsMin = 50;
const reconnectMsMax = 1_000;
const disconnectMsMax = 50;
const firstConnectMsMax = 500;

export interface RedisLinkOptions {
  readonly logger?: Logger;
  readonly answerMsMax?: number;
}

/**
 * The one connection of a cache to its server. Whatever becomes of the server, a question is answered within its
 * budget, with `undefined` if need be, and none is put while there is no connection or the breaker is open. It connects
 * again by itself. That it is away is logged once, and once that it is back.
 */
export class RedisLink {
  readonly #redis: Redis;
  readonly #budget: TimeBudget;
  readonly #breaker = new Breaker();
  readonly #logger: Logger | undefined;
  #wasUp = true;
  #closed = false;
  failures = 0;

  constructor(address: RedisAddress, { logger, answerMsMax = answerMsMaxDefault }: RedisLinkOptions) {
    const { host, port, isEncrypted, username, password, database } = address;
    this.#logger = logger;
    this.#budget = new TimeBudget(answerMsMax);
    this.#redis = new Redis({
      host,
      port,
      db: database,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(isEncrypted && { tls: {} }),
      protocol: 2,
      connectionName: 'order-ledger',
      // It would ask for more than it needs, and a user who may not ask that is let in all the same.
      enableReadyCheck: false,
      disableClientInfo: true,
      lazyConnect: true,
      connectTimeout: silenceMsMax,
      socketTimeout: silenceMsMax,
      disconnectTimeout: disconnectMsMax,
      retryStrategy: (times) => Math.min(reconnectMsMin * 2 ** (times - 1), reconnectMsMax),
      // What could not be asked at once is not worth asking later.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
    });
    this.#redis.on('error', (error: Error) => this.#isAway(error));
    this.#redis.on('close', () => this.#isAway(new Error('the connection is closed')));
    this.#redis.on('ready', () => this.#isThere());
  }

  /** Resolves when it is connected; after a moment in any case. */
  async connect(): Promise<void> {
    const connecting = this.#redis.connect().catch((error: Error) => this.#isAway(error));
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, firstConnectMsMax);
    await Promise.race([connecting, patience.promise]);
    clearTimeout(timer);
  }

  /** True while it is not asked although it is connected. */
  get isBypassed(): boolean {
    return this.#breaker.isOpen;
  }

  get mayAsk(): boolean {
    return this.#redis.status === 'ready' && this.#breaker.lets(performance.now());
  }

  /** `undefined` when there is no answer, in time or at all. */
  texts(keys: readonly string[]): Promise<readonly (string | null)[] | undefined> | undefined {
    return this.#ask(() => this.#redis.mget([...keys]));
  }

  run({ sha1 }: Script, keys: readonly string[], values: readonly string[]): Promise<unknown> | undefined {
    return this.#ask(() => this.#redis.evalsha(sha1, keys.length, ...keys, ...values));
  }

  /** @throws StoreUnavailable */
  async check(): Promise<void> {
    const remedy =
      'Check that Redis runs at the address in CACHE; meanwhile the read model answers everything.';
    if (this.#redis.status !== 'ready') throw new StoreUnavailable('cache', 'is not connected', remedy);
    try {
      await this.#redis.ping();
    } catch (error) {
      throw new StoreUnavailable('cache', error, remedy);
    }
  }

  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
  }

  #ask<Answer>(put: () => Promise<Answer>): Promise<Answer | undefined> | undefined {
    if (!this.mayAsk) return undefined;
    this.#breaker.asks();
    return this.#budget.within(put()).then(
      (answer) => {
        if (this.#breaker.isOpen) this.#isThere();
        this.#breaker.succeeded();
        return answer;
      },
      (error: Error) => {
        this.#failed(error);
        return undefined;
      },
    );
  }

  #failed(error: Error): void {
    if (this.#closed) return;
    this.failures += 1;
    // A server that was emptied of its scripts has forgotten nothing else.
    if (error.message.startsWith('NOSCRIPT')) this.#loadScripts();
    this.#breaker.failed(performance.now());
    if (this.#breaker.isOpen) this.#isAway(error);
  }

  #isThere(): void {
    this.#loadScripts();
    this.#breaker.succeeded();
    if (!this.#wasUp) this.#logger?.info({ dependency: 'cache' }, 'the cache is used again');
    this.#wasUp = true;
  }

  #isAway(error: Error): void {
    if (this.#wasUp && !this.#closed) {
      const { message } = new StoreUnavailable('cache', error, '');
      this.#logger?.warn({ error: message }, 'the cache is away: the read model answers everything');
    }
    this.#wasUp = false;
  }

  #loadScripts(): void {
    for (const { lua } of [fillScript, advanceScript]) this.#redis.script('LOAD', lua).catch(() => {});
  }
}
