import type { FaultKind } from './plan.ts';
import type { Tally } from './tally.ts';

const redMsMax = 2_200;
const greenMsMax = 5_000;
const answerMsMax = 2_000;
const often = 50;

/** What a load balancer and a monitor see of a process during a fault that lasts. */
export class Watch {
  readonly #url: string;
  readonly #tally: Tally;
  readonly #turnsRed: boolean;

  /** @param turnsRed whether this process cannot do without the server that is faulty. */
  constructor(url: string, tally: Tally, turnsRed: boolean) {
    this.#url = url;
    this.#tally = tally;
    this.#turnsRed = turnsRed;
  }

  /** @param silences whether nothing at all comes from the server. */
  async during(kind: FaultKind, silences: boolean): Promise<void> {
    const startedMs = performance.now();
    await this.#answers(kind, '/livez');
    await this.#answers(kind, '/metrics');
    if (!this.#turnsRed) {
      if ((await this.#answers(kind, '/readyz')) !== 200) this.#tally.violated(kind, 'readiness turned red');
    } else if (silences && !(await this.#shows(kind, 503, redMsMax - (performance.now() - startedMs))))
      this.#tally.violated(kind, `readiness did not turn red within ${redMsMax} ms`);
  }

  async after(kind: FaultKind): Promise<void> {
    if (!(await this.#shows(kind, 200, greenMsMax)))
      this.#tally.violated(kind, `readiness did not turn green within ${greenMsMax} ms`);
  }

  async #shows(kind: FaultKind, status: number, msMax: number): Promise<boolean> {
    const endMs = performance.now() + msMax;
    while ((await this.#answers(kind, '/readyz')) !== status) {
      if (performance.now() > endMs) return false;
      await new Promise((done) => setTimeout(done, often));
    }
    return performance.now() <= endMs;
  }

  async #answers(kind: FaultKind, path: string): Promise<number | undefined> {
    try {
      const answer = await fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(answerMsMax) });
      await answer.arrayBuffer();
      if (![200, 503].includes(answer.status) || (answer.status === 503 && path !== '/readyz'))
        this.#tally.violated(kind, `${path} was answered ${answer.status}`);
      return answer.status;
    } catch (error) {
      this.#tally.violated(kind, `${path} got no answer (${String(error)})`);
      return undefined;
    }
  }
}
