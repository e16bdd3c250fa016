import { Agent, request } from 'node:http';

export interface Heard {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** To the byte. */
  readonly text: string;
}

export interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Breaks the connection after so long, whatever the server is doing then. */
  readonly cutAfterMs?: number;
}

/** Nothing takes longer on a server that is well. */
const answerMsMax = 20_000;

/** One connection, kept open, with one request on it at a time. */
export class Wire {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** @returns `undefined` where the connection broke, and nobody knows what became of the request */
  send({ method, path, headers, body, cutAfterMs }: Sending): Promise<Heard | undefined> {
    return new Promise((resolve) => {
      const { hostname, port } = this.#url;
      const sent = request({ hostname, port, method, path, agent: this.#agent, headers });
      const timer = setTimeout(() => sent.destroy(), cutAfterMs ?? answerMsMax);
      sent.once('error', () => undefined);
      sent.once('close', () => {
        clearTimeout(timer);
        resolve(undefined);
      });
      sent.once('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', () => undefined);
        response.once('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
