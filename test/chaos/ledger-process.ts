import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const executable = resolve(import.meta.dirname, '../../bin/ledger.js');
const startMsMax = 60_000;
const heardMax = 20_000;

export type Environment = Readonly<Record<string, string>>;

/** A ledger that serves, as a process of its own. */
export interface ServingProcess {
  readonly url: string;
  /** Undefined while it runs. */
  ended(): string | undefined;
  /** The end of what it logged. */
  log(): string;
  /** Asks it to end; kills it after the deadline. Answers its exit code, or the signal, and how long that took. */
  stop(deadlineMs: number): Promise<{ readonly how: string; readonly tookMs: number }>;
}

/** Starts `ledger serve` and waits for its address. Nothing of whoever runs this reaches it. */
export async function serveLedger(environment: Environment): Promise<ServingProcess> {
  const { child, heard, exit } = spawnLedger(['serve', '--json'], { PORT: '0', ...environment });
  const lastResort = () => child.kill('SIGKILL');
  process.once('exit', lastResort);
  let how: string | undefined;
  void exit.then((ended) => {
    how = ended;
    process.off('exit', lastResort);
  });
  const deadlineMs = performance.now() + startMsMax;
  while (!heard.stdout.includes('\n')) {
    if (how !== undefined || performance.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`the ledger did not start (${how ?? 'no address'}): ${heard.stderr}`);
    }
    await new Promise((done) => setTimeout(done, 10));
  }
  const { url } = JSON.parse(heard.stdout.slice(0, heard.stdout.indexOf('\n'))) as { readonly url: string };
  return {
    url,
    ended: () => how,
    log: () => heard.stderr,
    stop: async (stopMsMax) => {
      const startedMs = performance.now();
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
      child.kill('SIGTERM');
      const ended = await exit;
      clearTimeout(timer);
      return { how: ended, tookMs: performance.now() - startedMs };
    },
  };
}

/** Runs a command of the ledger to its end: how it ended, and all it said. */
export async function runLedger(
  words: readonly string[],
  environment: Environment,
): Promise<{ readonly how: string; readonly said: string }> {
  const { heard, exit } = spawnLedger(words, environment);
  const how = await exit;
  return { how, said: `${heard.stdout}${heard.stderr}` };
}

function spawnLedger(words: readonly string[], environment: Environment) {
  const child: ChildProcess = spawn(process.execPath, [executable, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', ...environment },
  });
  const heard = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      heard[stream] = (heard[stream] + text).slice(-heardMax);
    });
  }
  const exit = new Promise<string>((done) => {
    child.once('error', (error) => done(String(error)));
    child.once('close', (code, signal) => done(signal ?? `exit ${code}`));
  });
  return { child, heard, exit };
}
