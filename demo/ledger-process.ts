import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DemoFailure } from './demo-failure.ts';

const executable = fileURLToPath(new URL('../bin/ledger.js', import.meta.url));
const startMsMax = 20_000;
const stopMsMax = 15_000;

/**
 * The ledger as an operator knows it: a process to start, kill and stop, and a command line, both on one data
 * directory. Nothing of the ledger runs inside the demo.
 */
export class LedgerProcess {
  readonly #home: string;
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #url = '';

  /** @param home an empty directory of the demo's own. @param settings beside those every ledger of the demo has. */
  constructor(home: string, settings: Readonly<Record<string, string>> = {}) {
    this.#home = home;
    this.#settings = settings;
    // The last resort: whatever ends the demo, no server is left behind.
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  get url(): string {
    return this.#url;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get dataDir(): string {
    return join(this.#home, 'data');
  }

  /** Starts the server on a free port and waits until it says where it answers. */
  async start(): Promise<void> {
    const log = openSync(this.#logPath, 'a');
    const child = spawn(process.execPath, [executable, 'serve', '--json'], {
      stdio: ['ignore', 'pipe', log],
      env: { PORT: '0', ...this.#environment(), LOG_LEVEL: 'error' },
    });
    closeSync(log);
    this.#child = child;
    const deadline = setTimeout(() => child.kill('SIGKILL'), startMsMax);
    try {
      this.#url = await firstLineOf(child);
    } catch (error) {
      throw new DemoFailure(`The server did not start: ${(error as Error).message}\n${this.log()}`);
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Stops the process wherever it is; it does nothing more until it is killed. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** What a power cut does to a process: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = exitOf(child);
    child.kill('SIGKILL');
    await ended;
    this.#child = undefined;
  }

  /** Asks the server to finish. Answers its exit code, or `null` where it had to be killed. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return null;
    const ended = exitOf(child);
    const deadline = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.kill('SIGTERM');
    const code = await ended;
    clearTimeout(deadline);
    this.#child = undefined;
    return code;
  }

  /** Runs `ledger <words>` on the same data. Its progress bar and complaints go straight to the person watching. */
  async run(words: readonly string[], onLine: (line: string) => void): Promise<number | null> {
    const coloured = process.stdout.hasColors?.() === true;
    const child = spawn(process.execPath, [executable, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...this.#environment(), ...(coloured && { FORCE_COLOR: '1' }) },
    });
    const ended = exitOf(child);
    for await (const line of createInterface({ input: child.stdout })) onLine(line);
    return ended;
  }

  /** A token as `ledger token` prints it, good for as long as the demo lasts. */
  async token(subject: string, scope: string): Promise<string> {
    const lines: string[] = [];
    const words = ['token', '--sub', subject, '--scope', scope, '--ttl', '3600'];
    const code = await this.run(words, (line) => lines.push(line));
    if (code !== 0 || lines[0] === undefined) throw new DemoFailure(`ledger token ended with ${code}.`);
    return lines[0];
  }

  /** What the server had to complain about. */
  log(): string {
    return readFileSync(this.#logPath, 'utf8').trimEnd();
  }

  get #logPath(): string {
    return join(this.#home, 'server.log');
  }

  /** Nothing that is set for another ledger may reach this one: a demo must not write into somebody's books. */
  #environment(): Record<string, string | undefined> {
    const kept = ['PATH', 'HOME', 'TMPDIR', 'TERM', 'LANG', 'NO_COLOR', 'NODE_OPTIONS', 'NODE_COMPILE_CACHE'];
    const environment = Object.fromEntries(kept.map((name) => [name, process.env[name]]));
    return { ...environment, ...this.#settings, DATA_DIR: this.dataDir };
  }
}

async function firstLineOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('it has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    return (JSON.parse(line) as { readonly url: string }).url;
  }
  throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}
