import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServingLedger, until } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import { readModelAt } from '../support/server-places.ts';
import { available, type FerretDb, startFerretDb } from '../support/servers/ferretdb.ts';
import type { OrderBody } from './support/queries.ts';

const { directory, run, serve } = useWorkspace();

/** From the death of a projector until another has taken in what was recorded since. */
const afterDeathMsMax = 10_000;
const afterEndMsMax = 2_000;

describe.skipIf(!(await available()))('two projectors on one MongoDB', () => {
  const dataDir = directory();
  let server: FerretDb;
  let commands: Client;
  let queries: Client;
  const projectors: ServingLedger[] = [];

  const start = (role: string) =>
    serve({ dataDir, env: { READ_MODEL: readModelAt(server.url, 'takeover'), LOG_LEVEL: 'info' } }, [
      '--role',
      role,
    ]);
  const another = async () => {
    const projector = await start('projector');
    projectors.push(projector);
    return projector;
  };

  beforeAll(async () => {
    server = await startFerretDb();
    const token = await tokenFor(dataDir, 'ada');
    commands = new Client((await start('command')).url, token);
    queries = new Client((await start('query')).url, token);
    const first = await another();
    await projectedAfterMs('first');
    await another();
    await until(() => logOf(projectors[1]).includes('another projector writes'), 5_000, 'the second to wait');
    expect(logOf(first)).not.toContain('another projector writes');
  });

  afterAll(() => server.stop());

  /** How long until an order that is placed now is in the read model. */
  async function projectedAfterMs(key: string): Promise<number> {
    const placed = await commands.post('/v1/orders', `takeover-${key}`, orderBody());
    const { orderId } = bodyOf<OrderBody>(placed);
    const sentMs = performance.now();
    const position = placed.headers.get('ledger-position') ?? '';
    const isThere = async () => {
      const answer = await queries.get(`/v1/orders/${orderId}`, { 'ledger-position': position });
      return answer.status === 200;
    };
    await until(isThere, 30_000, `order ${key} to be projected`);
    return performance.now() - sentMs;
  }

  it('the second takes over when the first is told to end', async () => {
    const ended = await projectors[0]?.kill('SIGTERM');
    expect(ended?.code).toBe(0);
    expect(await projectedAfterMs('ended')).toBeLessThan(afterEndMsMax);
    await until(() => logOf(projectors[1]).includes('projection is taken over'), 5_000, 'it to be said');
  });

  it('a third takes over when the second is killed', async () => {
    const third = await another();
    await until(() => logOf(third).includes('another projector writes'), 5_000, 'the third to wait');
    await projectors[1]?.kill('SIGKILL');
    expect(await projectedAfterMs('killed')).toBeLessThan(afterDeathMsMax);
  });

  it('a fourth takes over when the third sleeps, and keeps it when that one wakes', async () => {
    const [third, fourth] = [projectors[2], await another()];
    await until(() => logOf(fourth).includes('another projector writes'), 5_000, 'the fourth to wait');
    process.kill(third?.pid ?? 0, 'SIGSTOP');
    try {
      expect(await projectedAfterMs('asleep')).toBeLessThan(afterDeathMsMax);
    } finally {
      process.kill(third?.pid ?? 0, 'SIGCONT');
    }
    for (let count = 0; count < 20; count++) await projectedAfterMs(`awake-${count}`);
    await until(() => logOf(third).includes('another projector writes'), 5_000, 'the third to find out');
    expect((await fourth.kill('SIGTERM')).code).toBe(0);
    expect(await projectedAfterMs('back')).toBeLessThan(afterEndMsMax);
    expect((await third?.kill('SIGTERM'))?.code).toBe(0);
  });

  it('the documents are what the log says', async () => {
    const verified = await run(['verify'], {
      dataDir,
      env: { READ_MODEL: readModelAt(server.url, 'takeover') },
    });
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
  });
});

function logOf(ledger: ServingLedger | undefined): string {
  return `${ledger?.stdout()}${ledger?.stderr()}`;
}
