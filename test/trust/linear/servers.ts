import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { canaryVariable } from '../../simulation/canaries.ts';
import { ready, serving, spawnLedger } from '../../support/ledger-child.ts';
import { tokenFor } from '../../support/process-client.ts';
import { type OrderHistory, type Subject, subjects } from './operation.ts';

/** A ledger in a process of its own. */
export interface Server {
  readonly paidWhen: OrderHistory['paidWhen'];
  readonly url: string;
  readonly tokens: Readonly<Record<Subject, string>>;
  /** Asks it to end. @returns what it has complained of, and how it ended where that was not well */
  stop(): Promise<readonly string[]>;
}

const stopMsMax = 10_000;
const planter = resolve(import.meta.dirname, '../../simulation/plant.ts');

/**
 * Starts a server on a directory of its own, which is gone when this process ends, and so is the server.
 * @param bug one of the simulator's planted bugs, that it is to have
 */
export async function startServer(paidWhen: Server['paidWhen'], bug?: string): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ledger-linear-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const env = {
    PORT: '0',
    PAID_WHEN: paidWhen,
    LOG_LEVEL: 'error',
    ...(bug !== undefined && { [canaryVariable]: bug }),
  };
  const nodeOptions = bug === undefined ? [] : ['--import', planter];
  const startedMs = performance.now();
  const started = spawnLedger(['serve'], { dataDir, env, nodeOptions });
  // Before the directory is removed that it works in.
  process.prependOnceListener('exit', () => void started.kill('SIGKILL'));
  const { url } = await serving(started, startedMs);
  await ready(url);
  const [first, second] = await Promise.all(subjects.map((subject) => tokenFor(dataDir, subject)));
  return {
    paidWhen,
    url,
    tokens: { 'operator-a': first ?? '', 'operator-b': second ?? '' },
    stop: async () => {
      const timer = setTimeout(() => void started.kill('SIGKILL'), stopMsMax);
      const { code, signal, stderr } = await started.kill('SIGTERM');
      clearTimeout(timer);
      const ended =
        code === 0 ? [] : [`a server that was asked to end ended with ${signal ?? `code ${code}`}`];
      return [...ended, ...(stderr === '' ? [] : [`a server logged an error: ${stderr.slice(0, 2_000)}`])];
    },
  };
}
