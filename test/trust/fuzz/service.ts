import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { verifyLedger } from '../../../src/cli/verify.ts';
import { type Config, readConfig } from '../../../src/config.ts';
import { startService } from '../../../src/service.ts';
import type { SigningKey } from '../../support/http-tokens.ts';
import { type ComparedWithProvider, compareWithProvider } from './provider-book.ts';

/** The service under attack, in this process. */
export interface Attacked {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly config: Config;
  signingKey(): SigningKey;
  /** What went wrong in it beside its answers: rejections nobody handled, parts that died. */
  readonly failures: readonly string[];
  /** Stops it and checks everything it wrote. */
  stopAndVerify(): Promise<Verified>;
  /** Stops it, whatever happened, and leaves nothing behind. */
  dispose(): Promise<void>;
}

export interface Verified {
  readonly defects: readonly string[];
  readonly provider: ComparedWithProvider;
}

export const webhookSecret = 'a secret that only the provider and the ledger know';

/** Few documents and streams are kept in memory, so that what grows is not the caches. */
const small = { STREAMS_CACHED_MAX: '300', DOCUMENTS_CACHED_MAX: '300', READ_WAIT_MS_MAX: '500' };

/** @param gateway who is asked for money: `external:` or `simulated:` */
export async function startAttacked(gateway: string): Promise<Attacked> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ledger-fuzz-'));
  const config = readConfig({
    ...{ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', GATEWAY_WEBHOOK_SECRET: webhookSecret },
    ...{ PAYMENT_GATEWAY: gateway, ...small },
  });
  const failures: string[] = [];
  const take = (error: unknown) => {
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  process.on('unhandledRejection', take).on('uncaughtException', take);
  const service = await startService(config, new Set(['command', 'query', 'projector', 'process']), take);
  let isRunning = true;
  const stop = async () => {
    if (isRunning) await service.stop();
    isRunning = false;
  };
  return {
    ...{ url: service.url, port: Number(new URL(service.url).port), dataDir, config, failures },
    signingKey: () => JSON.parse(readFileSync(join(dataDir, 'auth-keys.json'), 'utf8')).keys[0],
    stopAndVerify: async () => {
      await stop();
      const provider = await compareWithProvider(config);
      return { defects: [...(await defectsOf(config)), ...provider.differences], provider };
    },
    dispose: async () => {
      await stop();
      process.off('unhandledRejection', take).off('uncaughtException', take);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Signed reports of what the provider never did are part of the attack: `compareWithProvider` leaves those orders out. */
const sumsOfAll = /^I5 \S+ what is (?:cleared|held) of simulated /;
const summary = /^[\d,]+ defects? found/;

/** What `ledger verify` complains about, but for the sums of all orders. */
async function defectsOf(config: Config): Promise<readonly string[]> {
  const complaints: string[] = [];
  const terminal = {
    ...createTerminal(true),
    ...{ answer: () => {}, progress: () => {}, progressDone: () => {} },
    complain: (text: string) => void complaints.push(text),
  };
  const code = await verifyLedger.run({ words: [], options: {}, config, terminal });
  const defects = complaints.filter((text) => !sumsOfAll.test(text) && !summary.test(text));
  return code === 0 || complaints.length > 0 ? defects : [`verify ended with ${code}`];
}
