import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentOf, useWorkspace } from '../support/process.ts';
import { PaymentDriver } from './support/payment-driver.ts';
import { seedOf } from './support/seeded.ts';

/** KILLS and SEED in the environment: more of it (20 a point take a minute and a half), or the same again. */
const kills = Number(process.env['KILLS'] ?? 6);
const NODE_COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');
const entry = resolve(import.meta.dirname, 'fixtures/mortal-ledger.ts');

const { directory, run, serve } = useWorkspace();

describe('a ledger that is killed while it has a provider perform payments', () => {
  it.concurrent.each(['after-intent', 'during-call', 'after-call', 'after-result'])(
    '%s charges once, and its books are the provider’s',
    async (point) => {
      const dataDir = directory();
      const seed = seedOf(process.env);
      const PAYMENT_GATEWAY = `simulated:?seed=${seed}&timeoutRate=0.2&failRate=0.05&latencyMs=4`;
      const environment = { PAYMENT_GATEWAY, LOG_LEVEL: 'silent', NODE_COMPILE_CACHE };
      const driver = new PaymentDriver(
        dataDir,
        { ...environmentOf(dataDir), ...environment },
        seed,
        (killAt) => {
          const env = {
            ...environment,
            KILL_POINT: killAt === undefined ? 'none' : point,
            KILL_AT: `${killAt}`,
          };
          return serve({ dataDir, env, entry });
        },
      );
      const where = `seed ${seed}, ${point}`;

      for (let kill = 1; kill <= kills; kill++) await driver.cycle(`${where}, kill ${kill}`);
      const report = await driver.finish();

      expect(report.open, `${where}: orders neither paid nor cancelled`).toEqual([]);
      expect(report.balances.ledger, where).toEqual(report.balances.gateway);
      expect(report.contradictions, where).toEqual([]);
      const verified = await run(['verify'], { dataDir, env: environment });
      expect(verified, `${where}: ${verified.stdout}${verified.stderr}`).toMatchObject({ code: 0 });
      const { orders, paid, cancelled, parked, tries, calls } = report.counts;
      process.stdout.write(
        `${where}: ${kills} kills, ${orders} orders, ${paid} paid and ${cancelled} cancelled, ${calls} calls in ${tries} tries, ${parked} parked on the way\n`,
      );
    },
  );
});
