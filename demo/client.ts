import { setTimeout as delay } from 'node:timers/promises';
import { DemoFailure } from './demo-failure.ts';

/** A command as this client sends it, and sends it again: the same key, the same bytes. */
export interface Request {
  readonly as: string;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  readonly ifMatch?: number;
}

export interface Answer {
  readonly status: number;
  /** The bytes of the body, as text. */
  readonly body: string;
  readonly revision: number;
  /** Where in the log the answer stands. */
  readonly position: number;
  readonly replayed: boolean;
}

export interface ReadOptions {
  readonly as: string;
  /** At least as new as this position. */
  readonly atLeast?: number;
  /** How often at most it is tried to get an answer at all. */
  readonly attempts?: number;
}

interface ClientNeeds {
  /** Where the server answers at this moment. */
  readonly url: () => string;
  readonly tokenOf: (who: string) => string;
  readonly onAnswer: (ms: number) => void;
}

const timeoutMs = 10_000;
const attemptsMax = 50;
const retryMs = 100;

/**
 * What a careful client of the ledger looks like. A command that got no answer is sent again with the same key until
 * it gets one: that is all it takes, whatever happened to the first attempt.
 */
export class Client {
  readonly #needs: ClientNeeds;
  #gate: PromiseWithResolvers<void> | undefined;
  #underWay = 0;
  /** Keys whose command was cut off at least once. */
  readonly interrupted = new Set<string>();

  constructor(needs: ClientNeeds) {
    this.#needs = needs;
  }

  /** Commands that were sent and have no answer yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** From now on commands wait before they are sent; reads do not. */
  hold(): void {
    this.#gate ??= Promise.withResolvers<void>();
  }

  /** Lets every waiting command go. */
  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** @throws DemoFailure when there is no answer, however often it is sent */
  async send(request: Request): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      await this.#gate?.promise;
      this.#underWay += 1;
      try {
        const answer = await this.#post(request);
        if (!isTemporary(answer) || attempt >= attemptsMax) return answer;
      } catch (fault) {
        this.interrupted.add(request.key);
        if (attempt >= attemptsMax) throw new DemoFailure(`POST ${request.path} got no answer: ${fault}`);
      } finally {
        this.#underWay -= 1;
      }
      await delay(retryMs);
    }
  }

  /** @throws DemoFailure when there is no answer */
  async read(path: string, { as, atLeast, attempts = attemptsMax }: ReadOptions): Promise<Answer> {
    const headers = { ...this.#authorization(as), ...(atLeast && { 'ledger-position': String(atLeast) }) };
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#fetch(path, { headers });
        if (!isTemporary(answer) || attempt >= attempts) return answer;
      } catch (fault) {
        if (attempt >= attempts) throw new DemoFailure(`GET ${path} got no answer: ${fault}`);
      }
      await delay(retryMs);
    }
  }

  async #post({ as, path, key, body, ifMatch }: Request): Promise<Answer> {
    const startedMs = performance.now();
    const answer = await this.#fetch(path, {
      method: 'POST',
      headers: {
        ...this.#authorization(as),
        'content-type': 'application/json',
        'idempotency-key': `"${key}"`,
        // The ledger keeps the request id with the event, so that the log can be held against what was sent.
        'x-request-id': key,
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      },
      body: JSON.stringify(body),
    });
    this.#needs.onAnswer(performance.now() - startedMs);
    return answer;
  }

  async #fetch(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.#needs.url() + path, {
      ...init,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status, headers } = response;
    return {
      status,
      body: await response.text(),
      revision: Number(headers.get('etag')?.match(/^"(\d+)"$/)?.[1] ?? -1),
      position: Number(headers.get('ledger-position') ?? 0),
      replayed: headers.get('idempotent-replayed') === 'true',
    };
  }

  #authorization(who: string) {
    return { authorization: `Bearer ${this.#needs.tokenOf(who)}` };
  }
}

/** What the ledger itself asks to try again in a moment: a part of it is down, or a read model is not that far yet. */
function isTemporary({ status }: Answer): boolean {
  return status === 503 || status === 504;
}
