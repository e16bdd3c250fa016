import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const script = resolve(import.meta.dirname, '../eventstoredb/main.ts');
const startMsMax = 15_000;

/** The double of EventStoreDB in a process of its own: tests of several processes share it, and its work is not theirs. */
export interface EventStoreProcess {
  /** `esdb://127.0.0.1:<port>?tls=false`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** @throws when it does not start */
export async function startEventStoreProcess(): Promise<EventStoreProcess> {
  const server = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const endWithUs = () => server.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  const stop = async () => {
    process.off('exit', endWithUs);
    server.kill('SIGKILL');
    await ended;
  };
  try {
    const url = await served(server);
    return { url, port: Number(new URL(url).port), pid: server.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The URL that it prints once it listens. */
function served(server: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    const late = () => failed(new Error(`the event store did not start within ${startMsMax} ms`));
    const timer = setTimeout(late, startMsMax);
    const settle = (settled: () => void) => {
      clearTimeout(timer);
      settled();
    };
    server.once('close', () =>
      settle(() => failed(new Error('the event store ended before it had started'))),
    );
    if (server.stdout === null) return;
    createInterface({ input: server.stdout }).once('line', (url) => settle(() => done(url)));
  });
}
