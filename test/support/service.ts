import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { openSigningKeys } from '../../src/main.ts';
import { type Role, type Service, startService } from '../../src/service.ts';
import { storesForService } from './test-servers.ts';

export interface TestService {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** With it, others open the same stores. */
  readonly config: Config;
  /** A token of the ledger's own, good for a quarter of an hour. */
  token(subject: string, scope: string): Promise<string>;
  /** The key that tokens are signed with: for those that must be forged. */
  signingKey(): { readonly kid: string; readonly privateJwk: object };
  /** Stops it, and starts another on the same data. */
  restart(roles?: readonly Role[]): Promise<TestService>;
  stop(): Promise<void>;
}

export interface TestServiceOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly roles?: readonly Role[];
}

const everyRole: readonly Role[] = ['command', 'query', 'projector', 'process'];

/**
 * The real service in this process, on a free port and a data directory of its own that is gone afterwards. Its stores
 * are files there, or on the servers where the project says so, or what `environment` says.
 */
export async function startTestService({
  environment = {},
  roles = everyRole,
}: TestServiceOptions = {}): Promise<TestService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ledger-http-'));
  try {
    return await startOn(dataDir, { ...storesForService(), ...environment }, roles);
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

async function startOn(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  roles: readonly Role[],
): Promise<TestService> {
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...environment });
  let failure: Error | undefined;
  const service: Service = await startService(config, new Set(roles), (error) => {
    failure = error;
  });
  const stop = async () => {
    await service.stop();
    if (failure !== undefined) throw failure;
  };
  return {
    url: service.url,
    port: Number(new URL(service.url).port),
    dataDir,
    config,
    token: async (subject, scope) => {
      const keys = await openSigningKeys(config, createSystemClock());
      return keys.sign({ subject, scope, lifetimeS: 900 });
    },
    signingKey: () => JSON.parse(readFileSync(join(dataDir, 'auth-keys.json'), 'utf8')).keys[0],
    restart: async (next = roles) => {
      await stop();
      return startOn(dataDir, environment, next);
    },
    stop: async () => {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
