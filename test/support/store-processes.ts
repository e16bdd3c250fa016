import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('store-appender.ts', import.meta.url));

/** What a process was told about one of its appends. */
export interface Acknowledgement {
  readonly first: number;
  readonly count: number;
  readonly position: number;
}

export interface AppendingProcess {
  /** Grows while the process runs. */
  readonly acknowledged: readonly Acknowledgement[];
  /** Resolves once it has the log open. */
  readonly opened: Promise<void>;
  /** Resolves when it has ended by itself, rejects when it has failed. */
  readonly done: Promise<void>;
  kill(): void;
}

/** Starts a process that appends to the log at `path`; ended with the test if it has not ended by then. */
export function appendingProcess(path: string, first: number, appends: number): AppendingProcess {
  const child = spawn(
    process.execPath,
    [script, '--path', path, '--first', String(first), '--appends', String(appends)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const acknowledged: Acknowledgement[] = [];
  const open = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [number, count, position] = line.split(' ').map(Number);
    if (line === 'open') open.resolve();
    else acknowledged.push({ first: number ?? 0, count: count ?? 0, position: position ?? 0 });
  });
  return { acknowledged, opened: open.promise, done: endOf(child), kill: () => child.kill('SIGKILL') };
}

async function endOf(child: ChildProcess): Promise<void> {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0 && signal !== 'SIGKILL')
    throw new Error(`the appending process ended with ${code ?? signal}`);
}
