import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../free-port.ts';

const startMsMax = 10_000;
const attemptsMax = 3;

/** The `redis-server` of this system, with nothing in it, on a loopback port; it keeps nothing. */
export interface RedisServer {
  /** `redis://127.0.0.1:<port>`, without a prefix of keys. */
  readonly url: string;
  readonly port: number;
  /** For signals: a server that is stopped by SIGSTOP holds its connections and answers nothing. */
  readonly pid: number;
  /** Ends it at once and removes its directory. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** A free one unless given: a server that comes back comes back where it was. */
  readonly port?: number;
  /** Further settings, as on the command line: `['--maxmemory', '2mb']`. */
  readonly settings?: readonly string[];
}

/** Whether it can be started here: there is a `redis-server` on the PATH. */
export function available(): boolean {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return directories.some((directory) => existsSync(join(directory, 'redis-server')));
}

/** @throws when there is no `redis-server`, or when it does not start. */
export async function startRedis({ port, settings = [] }: RedisServerOptions = {}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(port ?? (await freePort()), settings);
    } catch (error) {
      // A free port may be taken by somebody else before it is listened on.
      if (port !== undefined || attempt === attemptsMax || !String(error).includes('in use')) throw error;
    }
  }
}

async function startOn(port: number, settings: readonly string[]): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-redis-'));
  const keepsNothing = ['--save', '', '--appendonly', 'no', '--loglevel', 'notice', '--dir', directory];
  const server = spawn(
    'redis-server',
    ['--bind', '127.0.0.1', '--port', String(port), ...keepsNothing, ...settings],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const endWithUs = () => server.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = new Promise<void>((done) => {
    server.once('close', () => done());
    server.once('error', () => done());
  });
  const stop = async () => {
    process.off('exit', endWithUs);
    server.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await ready(server);
    return { url: `redis://127.0.0.1:${port}`, port, pid: server.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves when it says that it is ready: who answers on the port may be somebody else. */
function ready(server: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((done, failed) => {
    const fail = (why: string) => settle(() => failed(new Error(`redis-server ${why}: ${said.trim()}`)));
    const timer = setTimeout(() => fail(`was not ready within ${startMsMax} ms`), startMsMax);
    const settle = (settled: () => void) => {
      clearTimeout(timer);
      settled();
    };
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
      if (said.includes('Ready to accept connections')) settle(done);
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('close', () => fail('ended'));
    server.once('error', (error: NodeJS.ErrnoException) =>
      settle(() => failed(error.code === 'ENOENT' ? missing() : error)),
    );
  });
}

function missing(): Error {
  return new Error(
    'there is no `redis-server` on the PATH: install it (apt-get install redis-server), or set CACHE to the URL of a Redis',
  );
}
