import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To the byte. */
  readonly text: string;
}

/** A connection that broke off before there was an answer. */
export class Broken extends Error {
  override readonly name = 'Broken';
  /** Of Node. */
  readonly code: string | undefined;

  constructor({ message, code }: Error & { readonly code?: string }) {
    super(message);
    this.code = code;
  }
}

/** Nothing takes longer, whatever is done to the server. */
const answerMsMax = 20_000;

/** One connection to a server, kept open: a request is on it, or nothing is. */
export class Connection {
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** @throws Broken when the connection breaks */
  post(path: string, key: string, body: object): Promise<Heard> {
    const text = JSON.stringify(body);
    return this.#ask('POST', path, text, {
      'idempotency-key': `"${key}"`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Heard> {
    return this.#ask('GET', path, undefined, headers);
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(
    method: string,
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string | number>>,
  ): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}${path}`, {
        method,
        agent: this.#agent,
        timeout: answerMsMax,
        headers: { authorization: `Bearer ${this.#token}`, ...headers },
      });
      sent.once('timeout', () => sent.destroy(new Error(`no answer within ${answerMsMax} ms`)));
      sent.once('error', (error) => reject(new Broken(error)));
      sent.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.once('error', (error) => reject(new Broken(error)));
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      sent.end(body);
    });
  }
}
