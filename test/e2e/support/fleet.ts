import type { Role } from '../../../src/service.ts';
import { freePort } from '../../support/free-port.ts';
import { pause, ready, type ServingLedger, type SpawnOptions } from '../../support/ledger-child.ts';
import type { Answer } from '../../support/process-client.ts';
import { Client } from '../../support/process-client.ts';

type Serve = (options: SpawnOptions, args: readonly string[]) => Promise<ServingLedger>;

interface Member {
  readonly role: Role;
  readonly port: number;
  service: ServingLedger;
}

/** Processes of several roles on one ledger, each on a port of its own that it comes back to. */
export class Fleet {
  readonly #serve: Serve;
  readonly #dataDir: string;
  readonly #members: Member[] = [];

  constructor(serve: Serve, dataDir: string) {
    this.#serve = serve;
    this.#dataDir = dataDir;
  }

  /** Starts so many of each role, one of each at a time, and waits until all are ready. */
  async start(counts: Readonly<Partial<Record<Role, number>>>): Promise<void> {
    const roles = Object.entries(counts) as readonly (readonly [Role, number])[];
    const most = Math.max(...roles.map(([, count]) => count));
    for (let round = 0; round < most; round++) {
      const started = roles
        .filter(([, count]) => round < count)
        .map(async ([role]) => {
          const port = await freePort();
          this.#members.push({ role, port, service: await this.#serveOn(role, port) });
        });
      await Promise.all(started);
    }
    await Promise.all(this.#members.map(({ service }) => ready(service.url)));
  }

  urls(role: Role): readonly string[] {
    return this.of(role).map(({ service }) => service.url);
  }

  of(role: Role): readonly Member[] {
    return this.#members.filter((member) => member.role === role);
  }

  /** One after another, as a deployment does: asks each to end, starts it again, waits until it is ready. */
  async restartEach(role: Role): Promise<readonly (number | null)[]> {
    const codes: (number | null)[] = [];
    for (const member of this.of(role)) {
      codes.push((await member.service.kill('SIGTERM')).code);
      await this.revive(member);
    }
    return codes;
  }

  async revive(member: Member): Promise<void> {
    member.service = await this.#serveOn(member.role, member.port);
    await ready(member.service.url);
  }

  #serveOn(role: Role, port: number): Promise<ServingLedger> {
    return this.#serve({ dataDir: this.#dataDir, env: { PORT: String(port) } }, ['--role', role]);
  }
}

const retryMs = 20;
const patienceMs = 15_000;

/** Asks any of several servers; what was refused or not answered is asked again, of the next one. */
export class FleetClient {
  readonly seen = { cut: 0, refused: 0, unavailable: 0, statuses: new Set<number>() };
  readonly #urls: () => readonly string[];
  readonly #token: string;
  #turn = 0;

  constructor(urls: () => readonly string[], token: string) {
    this.#urls = urls;
    this.#token = token;
  }

  post(path: string, key: string, body: object): Promise<Answer> {
    return this.#ask((client) => client.post(path, key, body));
  }

  get(path: string, position: string): Promise<Answer> {
    return this.#ask((client) => client.get(path, { 'ledger-position': position }));
  }

  async #ask(request: (client: Client) => Promise<Answer>): Promise<Answer> {
    const endMs = performance.now() + patienceMs;
    let last = 'nothing';
    for (; performance.now() < endMs; await pause(retryMs)) {
      const urls = this.#urls();
      this.#turn += 1;
      const url = urls[this.#turn % urls.length] ?? '';
      try {
        const answer = await request(new Client(url, this.#token));
        this.seen.statuses.add(answer.status);
        if (answer.status !== 503 && answer.status !== 504) return answer;
        this.seen.unavailable += 1;
        last = answer.text;
      } catch (error) {
        const { cause } = error as { readonly cause?: { readonly code?: string } };
        last = `${String(error)} ${cause?.code ?? ''}`;
        if (cause?.code === 'ECONNREFUSED') this.seen.refused += 1;
        else this.seen.cut += 1;
      }
    }
    throw new Error(`no server answered within ${patienceMs} ms: ${last}`);
  }
}
