import { resolve } from 'node:path';
import {
  type Finished,
  type RunningLedger,
  ready,
  type ServingLedger,
  serving,
  spawnLedger,
} from '../../support/ledger-child.ts';
import type { Control } from './control.ts';
import { controlVariable } from './failpoints.ts';
import type { Tally } from './tally.ts';

const mortal = resolve(import.meta.dirname, 'mortal.ts');
/** In MB: less collecting of garbage while modules are loaded, which is a tenth of what a start takes. */
const roomToLoad = '--min-semi-space-size=16';
/** SIGTERM: everything is answered, and the process gone, within this. */
const stopMsMax = 10_000;

/** A server, and what became of it. */
export interface Hosted extends ServingLedger {
  /** Undefined while it runs. */
  ended(): Finished | undefined;
}

/** Starts servers on one data directory, ends them, and leaves none behind. */
export class Host {
  readonly environment: Readonly<Record<string, string>>;
  readonly #control: Control;
  readonly #tally: Tally;
  readonly #running = new Set<RunningLedger>();

  /** @param environment settings that lead to the ledger; DATA_DIR among them */
  constructor(environment: Readonly<Record<string, string>>, control: Control, tally: Tally) {
    this.environment = { LOG_LEVEL: 'error', ...environment };
    this.#control = control;
    this.#tally = tally;
    // Before the directory is removed that they work in.
    process.prependOnceListener('exit', () => {
      for (const each of this.#running) void each.kill('SIGKILL');
    });
  }

  /** Starts a server where none is, and waits until it is ready. @throws when it ends before that */
  async start(): Promise<Hosted> {
    const startedMs = performance.now();
    const service = await this.startBeside();
    this.#tally.restartMsMax = Math.max(this.#tally.restartMsMax, performance.now() - startedMs);
    return service;
  }

  /** Starts one where another may be, which may hold it up; otherwise the same. */
  async startBeside(): Promise<Hosted> {
    const startedMs = performance.now();
    const service = await serving(
      this.#spawn(['serve'], {
        env: { PORT: '0', [controlVariable]: this.#control.directory },
        nodeOptions: ['--import', mortal, roomToLoad],
      }),
      startedMs,
    );
    await ready(service.url);
    let ended: Finished | undefined;
    void service.exited.then((exit) => {
      ended = exit;
    });
    return { ...service, ended: () => ended };
  }

  /** Kills it without warning. */
  async kill(service: Hosted): Promise<void> {
    this.gone(await service.kill('SIGKILL'));
  }

  /** Counts a server that was killed, or has killed itself, and reads what it has complained of before. */
  gone({ signal, code, stderr }: Finished): void {
    this.#tally.kills += 1;
    if (signal !== 'SIGKILL')
      this.#tally.violated(`a server ended by itself, ${signal ?? `code ${code}`}: ${stderr}`);
    this.complaints(stderr);
  }

  complaints(stderr: string): void {
    if (stderr !== '') this.#tally.violated(`a server logged an error: ${stderr.slice(0, 2_000)}`);
  }

  /** Asks it to end, and waits for that. */
  async stop(service: Hosted): Promise<void> {
    const startedMs = performance.now();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void service.kill('SIGKILL');
    }, stopMsMax);
    const exit = await service.kill('SIGTERM');
    clearTimeout(timer);
    if (isLate) {
      this.#tally.violated(`a server that was asked to end has not within ${stopMsMax} ms`);
      return;
    }
    this.#tally.stopMsMax = Math.max(this.#tally.stopMsMax, performance.now() - startedMs);
    if (exit.code !== 0)
      this.#tally.violated(`a server that was asked to end ended with ${exit.signal ?? `code ${exit.code}`}`);
    this.complaints(exit.stderr);
  }

  /** Has the ledger examine itself; a server may run meanwhile. */
  async verify(): Promise<void> {
    const { code, stdout, stderr } = await this.#spawn(['verify'], {}).exited;
    this.#tally.verifyRuns += 1;
    if (code !== 0) this.#tally.violated(`ledger verify ended with code ${code}: ${stdout}${stderr}`);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running].map((each) => each.kill('SIGKILL')));
  }

  #spawn(
    words: readonly string[],
    {
      env = {},
      nodeOptions = [],
    }: { readonly env?: Readonly<Record<string, string>>; readonly nodeOptions?: readonly string[] },
  ): RunningLedger {
    const { environment } = this;
    const dataDir = environment['DATA_DIR'] ?? '';
    const started = spawnLedger(words, { dataDir, env: { ...environment, ...env }, nodeOptions });
    this.#running.add(started);
    void started.exited.then(() => this.#running.delete(started));
    return started;
  }
}
