import { type Contract, fetchContract } from './http-contract.ts';
import type { TestService } from './service.ts';

export interface Sent {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Idempotency key as the caller writes it, quotes included. A fresh one for a command unless told; '' for none. */
  readonly key?: string;
  /** Sent as it is, instead of JSON. */
  readonly raw?: string | Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Answered;
}

/** A JSON body, loosely: what is in it is what the tests are about. */
export interface Answered {
  readonly [name: string]: unknown;
}

export interface Client {
  get(path: string, sent?: Sent): Promise<Reply>;
  post(path: string, body?: unknown, sent?: Sent): Promise<Reply>;
  request(method: string, path: string, sent?: Sent): Promise<Reply>;
  /** Who the requests are from, unless told. */
  as(token: string): Client;
  /** Replies that were held against the document so far. */
  readonly contract: Contract;
}

/**
 * Talks to the service like any client, and holds every single reply against the published document: the path, the
 * method, the status, the media type and the body.
 */
export async function createClient(service: TestService, token?: string): Promise<Client> {
  return clientOf(service.url, await fetchContract(service.url), token);
}

let keys = 0;

/** A key nobody else in this process uses. */
export function freshKey(): string {
  keys += 1;
  return `"test-key-${String(keys).padStart(8, '0')}"`;
}

function clientOf(url: string, contract: Contract, token: string | undefined): Client {
  const request = async (method: string, path: string, sent: Sent = {}): Promise<Reply> => {
    const bearer = sent.token ?? token;
    const headers = new Headers({ ...(bearer && { authorization: `Bearer ${bearer}` }), ...sent.headers });
    const response = await fetch(url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(sent.raw !== undefined && { body: sent.raw, duplex: 'half' }),
    } as RequestInit);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const body = (isJson ? JSON.parse(text) : {}) as Answered;
    const reply = { status: response.status, headers: response.headers, text, body };
    contract.check(method, path, reply);
    return reply;
  };
  return {
    request,
    contract,
    get: (path, sent) => request('GET', path, sent),
    post: (path, body = {}, sent = {}) => {
      const { key = freshKey() } = sent;
      return request('POST', path, {
        raw: JSON.stringify(body),
        ...sent,
        headers: {
          'content-type': 'application/json',
          ...(key !== '' && { 'idempotency-key': key }),
          ...sent.headers,
        },
      });
    },
    as: (other) => clientOf(url, contract, other),
  };
}

export const order = {
  currency: 'EUR',
  lines: [
    { sku: 'tea', label: 'Green tea', kind: 'single', quantity: 3, unitPrice: 450 },
    { sku: 'pot', label: 'Pot', kind: 'single', quantity: 1, unitPrice: 2_000 },
    { sku: 'club', label: 'Tea club', kind: 'recurring', quantity: 1, unitPrice: 990, frequency: 'monthly' },
  ],
} as const;

export const orderTotal = 3 * 450 + 2_000 + 990;

/** Asks until the answer is as wanted; fails after five seconds with the last one. */
export async function eventually(
  ask: () => Promise<Reply>,
  wanted: (reply: Reply) => boolean,
): Promise<Reply> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const reply = await ask();
    if (wanted(reply)) return reply;
    if (performance.now() > deadline) throw new Error(`not in time: ${reply.status} ${reply.text}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
