import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { readConfig } from '../../src/config.ts';
import { openSigningKeys } from '../../src/main.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** To the byte. */
  readonly text: string;
}

/** The answer's body, as the test knows it to be. */
export function bodyOf<Body>({ text }: Answer): Body {
  return JSON.parse(text) as Body;
}

const lifetimeS = 3_600;
export const allScopes = 'orders:write orders:read ops:write ops:read admin';

/** A token signed with the keys in the data directory, which are made if they are not there yet. */
export async function tokenFor(dataDir: string, subject: string, scope = allScopes): Promise<string> {
  const keys = await openSigningKeys(readConfig({ DATA_DIR: dataDir }), createSystemClock());
  return keys.sign({ subject, scope, lifetimeS });
}

/** Speaks to a running service as one caller. */
export class Client {
  readonly #url: string;
  readonly #token: string;
  readonly #answerMsMax: number;

  constructor(url: string, token: string, answerMsMax = 20_000) {
    this.#url = url;
    this.#token = token;
    this.#answerMsMax = answerMsMax;
  }

  /** @throws when the connection breaks: then nobody knows what became of the command. */
  post(path: string, key: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask(path, {
      method: 'POST',
      headers: { 'idempotency-key': `"${key}"`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask(path, { headers });
  }

  async #ask(
    path: string,
    init: { method?: string; headers: Record<string, string>; body?: string },
  ): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${this.#token}`, ...init.headers },
      signal: AbortSignal.timeout(this.#answerMsMax),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

/** A small order, always the same but for what is given. */
export function orderBody(extra: Readonly<Record<string, unknown>> = {}): object {
  return {
    currency: 'EUR',
    lines: [{ sku: 'tea-1', label: 'Green tea', kind: 'single', quantity: 2, unitPrice: 450 }],
    ...extra,
  };
}
