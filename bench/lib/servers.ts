import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param document what GET answers. */
export function startBare(document: string): Promise<RunningServer> {
  return start(['bench/lib/bare-server.ts', document], {}, /"port":(\d+)/);
}

/** The ledger as it is shipped, on a free port, with the role given, or all of them. */
export function startLedger(
  dataDir: string,
  role?: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const roleOption = role === undefined ? [] : ['--role', role];
  return start(
    ['bin/ledger.js', 'serve', ...roleOption],
    { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'info', ...settings },
    /:(\d+) {2}roles/,
  );
}

/** A token of the ledger in `dataDir`. */
export async function tokenOf(dataDir: string, subject: string, scope: string): Promise<string> {
  const words = ['token', '--sub', subject, '--scope', scope, '--ttl', '3600'];
  const child = spawn(process.execPath, ['bin/ledger.js', ...words], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  await once(child, 'close');
  return chunk.toString().trim();
}

/** Milliseconds until the projections of a server hold everything that its log holds. @throws after a minute */
export async function caughtUpMs({ port }: RunningServer): Promise<number> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < 60_000) {
    const { projections } = await readiness(port);
    if (projections.length > 0 && projections.every(({ lag }) => lag === 0))
      return performance.now() - startedMs;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('projections did not catch up within a minute');
}

async function readiness(port: number) {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  return (await answer.json()) as { readonly projections: readonly { readonly lag: number }[] };
}

/** The test double of EventStoreDB, in a process of its own. */
export async function startDouble(): Promise<RunningServer & { readonly url: string }> {
  const started = await start(['test/support/eventstoredb/main.ts'], {}, /127\.0\.0\.1:(\d+)/);
  return { ...started, url: `esdb://127.0.0.1:${started.port}?tls=false` };
}

async function start(
  script: readonly string[],
  env: Record<string, string>,
  portIn: RegExp,
): Promise<RunningServer> {
  const child: ChildProcess = spawn(process.execPath, [...script], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
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
