import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { storesForService } from './test-servers.ts';

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
  /** Runs it as this user. */
  readonly uid?: number;
}

/** What data directories of this process do not hold themselves. */
const stores = new Map<string, Readonly<Record<string, string>>>();

/** Settings that lead to the ledger of a data directory of `useWorkspace`, wherever its stores are. */
export function environmentOf(dataDir: string): Readonly<Record<string, string>> {
  return { DATA_DIR: dataDir, ...stores.get(dataDir) };
}

/** Long, because a machine that runs tests of several kinds at once is slow, and nobody waits where it is not. */
const startedMsMax = 60_000;
const finishedMsMax = 120_000;

/** Temporary directories and processes of one spec file; all are gone when it ends, whatever happened in it. */
export function useWorkspace() {
  const directories: string[] = [];
  const running = new Set<RunningLedger>();

  afterAll(async () => {
    await Promise.all([...running].map((each) => each.kill('SIGKILL')));
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });

  return { directory, start, run, serve };

  function directory(): string {
    const made = mkdtempSync(join(tmpdir(), 'ledger-e2e-'));
    directories.push(made);
    stores.set(made, storesForService());
    return made;
  }

  /** Starts a command without waiting for its end. */
  function start(args: readonly string[], options: SpawnOptions): RunningLedger {
    const started = spawnLedger(args, options);
    running.add(started);
    void started.exited.then(() => running.delete(started));
    return started;
  }

  /** Runs a command to its end. */
  async function run(args: readonly string[], options: SpawnOptions): Promise<Finished> {
    const started = start(args, options);
    return within(started.exited, finishedMsMax, () => `ledger ${args.join(' ')} did not end`);
  }

  /** Starts `ledger serve` on a free port and waits until it says where it serves. */
  async function serve(options: SpawnOptions, args: readonly string[] = []): Promise<ServingLedger> {
    const startedMs = performance.now();
    const service = start(['serve', ...args], { ...options, env: { PORT: '0', ...options.env } });
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

function spawnLedger(args: readonly string[], options: SpawnOptions): RunningLedger {
  const startedMs = performance.now();
  const child = spawn(options.node ?? process.execPath, [options.entry ?? bin, ...args], {
    cwd: options.dataDir,
    // Only what is named here: settings of whoever runs the tests must not leak into them.
    env: {
      PATH: process.env['PATH'],
      LOG_LEVEL: 'warn',
      ...environmentOf(options.dataDir),
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

async function within<T>(promise: Promise<T>, deadlineMs: number, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, failed) => {
    timer = setTimeout(() => failed(new Error(`${what()} within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
