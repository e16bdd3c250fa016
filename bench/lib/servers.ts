import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const root = process.env['BENCH_ROOT'] ?? fileURLToPath(new URL('../..', import.meta.url));

/** @param document what GET answers. */
export function startBare(document: string): Promise<RunningServer> {
  return start(['bench/lib/bare-server.ts', document], {}, /"port":(\d+)/);
}

/** The ledger as it is shipped, on a free port, with the roles given. */
export function startLedger(dataDir: string, role?: string): Promise<RunningServer> {
  const roleOption = role === undefined ? [] : ['--role', role];
  return start(
    ['bin/ledger.js', 'serve', ...roleOption],
    { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'info' },
    /:(\d+) {2}roles/,
  );
}

/** A token of the ledger in `dataDir`. */
export async function tokenOf(dataDir: string, subject: string, scope: string): Promise<string> {
  const child = spawn(
    process.execPath,
    ['bin/ledger.js', 'token', '--sub', subject, '--scope', scope, '--ttl', '3600'],
    {
      cwd: root,
      env: { ...process.env, DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  await once(child, 'close');
  return chunk.toString().trim();
}

async function start(
  script: readonly string[],
  env: Record<string, string>,
  portIn: RegExp,
): Promise<RunningServer> {
  const child: ChildProcess = spawn(process.execPath, [...script], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const port = Number(portIn.exec(chunk.toString())?.[1]);
  return {
    port,
    pid: child.pid as number,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
