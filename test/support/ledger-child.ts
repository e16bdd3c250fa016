import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The entry everybody uses. */
export const bin = resolve(import.meta.dirname, '../../bin/ledger.js');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a finished command left behind. */
export interface Finished extends Exit {
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** A ledger process that was started and may still run. */
export interface RunningLedger {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  readonly exited: Promise<Finished>;
  /** Sends the signal to this process alone and waits for its end. */
  kill(signal?: NodeJS.Signals): Promise<Finished>;
}

export interface ServingLedger extends RunningLedger {
  readonly url: string;
  /** From the start of the process to the line that says where it serves. */
  readonly startedInMs: number;
}

export interface SpawnOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another Node than the one that runs the tests. */
  readonly node?: string;
  /** Another program than the ledger's own entry: one that does something on the way. */
  readonly entry?: string;
  /** Options of Node itself: modules to load before the entry. */
  readonly nodeOptions?: readonly string[];
  /** Runs it as this user. */
  readonly uid?: number;
}

/** Long, because a machine that runs tests of several kinds at once is slow, and nobody waits where it is not. */
const startedMsMax = 60_000;

/** Waits until a service that was started says where it serves. @throws when it ends before that, with what it said */
export async function serving(service: RunningLedger, startedMs: number): Promise<ServingLedger> {
  let ended: Finished | undefined;
  void service.exited.then((exit) => {
    ended = exit;
  });
  const address = () => /serves (http:\/\/\S+)/.exec(service.stdout())?.[1];
  await until(() => address() !== undefined || ended !== undefined, startedMsMax, 'the service to start');
  const url = address();
  if (url === undefined) throw new Error(`the service ended: ${service.stderr()}`);
  return { ...service, url, startedInMs: performance.now() - startedMs };
}

/** Polls until it is so. @throws after the deadline, saying what was waited for. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  deadlineMs: number,
  what: string,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await pause(5);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** The answer of /readyz once it says ready. */
export async function ready(url: string): Promise<void> {
  await until(
    async () => {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer?.status === 200;
    },
    startedMsMax,
    'the service to be ready',
  );
}

/** Starts the ledger with nothing in its environment but what is named here, and does not wait for it. */
export function spawnLedger(args: readonly string[], options: SpawnOptions): RunningLedger {
  const startedMs = performance.now();
  const { nodeOptions = [] } = options;
  const child = spawn(options.node ?? process.execPath, [...nodeOptions, options.entry ?? bin, ...args], {
    cwd: options.dataDir,
    // Only what is named here: settings of whoever runs the tests must not leak into them.
    env: {
      PATH: process.env['PATH'],
      LOG_LEVEL: 'warn',
      DATA_DIR: options.dataDir,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  const heard = { stdout: '', stderr: '' };
  listen(child, heard);
  const exited = new Promise<Finished>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) =>
      done({ code, signal, ...heard, elapsedMs: performance.now() - startedMs }),
    );
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => heard.stdout,
    stderr: () => heard.stderr,
    exited,
    kill: (signal = 'SIGKILL') => {
      child.kill(signal);
      return exited;
    },
  };
}

function listen(child: ChildProcess, heard: { stdout: string; stderr: string }): void {
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    heard.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    heard.stderr += text;
  });
}
