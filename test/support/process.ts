import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  type Finished,
  type RunningLedger,
  type ServingLedger,
  type SpawnOptions,
  serving,
  spawnLedger,
} from './ledger-child.ts';
import { storesForService } from './test-servers.ts';

/** What data directories of this process do not hold themselves. */
const stores = new Map<string, Readonly<Record<string, string>>>();

/** Settings that lead to the ledger of a data directory of `useWorkspace`, wherever its stores are. */
export function environmentOf(dataDir: string): Readonly<Record<string, string>> {
  return { DATA_DIR: dataDir, ...stores.get(dataDir) };
}

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
    const env = { ...environmentOf(options.dataDir), ...options.env };
    const started = spawnLedger(args, { ...options, env });
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
    return serving(service, startedMs);
  }
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
