import { describe, expect, it } from 'vitest';
import { projections } from '../../src/projections/registry.ts';
import { pause, type ServingLedger, until } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import { buildLog } from './support/log-builder.ts';
import type { OrderBody } from './support/queries.ts';

const { directory, run, serve } = useWorkspace();

/** Between two requests of one client, so that what is measured is not the client. */
const loadPauseMs = 3;
const orders = 8_000;

async function isCaughtUp(client: Client): Promise<boolean> {
  const { items } = bodyOf<{ items: readonly { lag: number }[] }>(await client.get('/v1/projections'));
  return items.length === projections.length && items.every(({ lag }) => lag === 0);
}

describe('rebuild --all while the ledger is written to and read', () => {
  it('fails no request, takes no reader back in time, and ends with the live documents', async () => {
    const dataDir = directory();
    const { orderIds } = await buildLog(dataDir, { orders });
    const service = await serve({ dataDir });
    const token = await tokenFor(dataDir, 'operator');
    await until(() => isCaughtUp(new Client(service.url, token)), 60_000, 'the live fold');
    const load = new Load(service, token);
    const running = load.run(orderIds.slice(0, 250));

    const rebuilt = await run(['rebuild', '--all'], { dataDir });
    await until(() => load.reads > 200 && load.writes > 50, 30_000, 'enough load').finally(() => load.stop());
    await running;

    expect(rebuilt, rebuilt.stderr).toMatchObject({ code: 0 });
    expect(rebuilt.stdout).toContain(
      `order-details  generation 2 is live  ${orders.toLocaleString('en')} documents`,
    );
    expect(rebuilt.stdout.match(/no difference to the live generation/g)).toHaveLength(projections.length);
    expect(rebuilt.stderr).toMatch(/order-details +█{28} 100 % .* events /);
    expect(load.failures).toEqual([]);
    const verified = await run(['verify'], { dataDir });
    expect(verified, verified.stderr).toMatchObject({ code: 0 });

    await goesBack(dataDir, service);
  });
});

/** Rolling back puts the generation before in its place again, brought up to the log. */
async function goesBack(dataDir: string, service: ServingLedger): Promise<void> {
  const client = new Client(service.url, await tokenFor(dataDir, 'operator'));
  const placed = await client.post('/v1/orders', 'after-the-rebuild', orderBody());
  const { orderId } = bodyOf<OrderBody>(placed);

  const back = await run(['rollback', 'order-details'], { dataDir });

  expect(back).toMatchObject({ code: 0, stdout: 'order-details: generation 1 is live again\n' });
  const read = await client.get(`/v1/orders/${orderId}`, {
    'ledger-position': placed.headers.get('ledger-position') ?? '',
  });
  expect(read.status).toBe(200);
}

/** Writers and readers that remember how far they saw, and whatever went wrong. */
class Load {
  readonly failures: string[] = [];
  reads = 0;
  writes = 0;
  readonly #client: Client;
  #stopped = false;

  constructor({ url }: ServingLedger, token: string) {
    this.#client = new Client(url, token);
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(targets: readonly string[]): Promise<void> {
    const written = new Map<string, number>();
    await Promise.all([
      this.#write(targets, written),
      ...[0, 1, 2].map((reader) => this.#read(targets.slice(reader * 12, reader * 12 + 12), written)),
      this.#readStats(),
    ]);
  }

  async #write(targets: readonly string[], written: Map<string, number>): Promise<void> {
    for (let count = 0; !this.#stopped; count++) {
      const target = targets[count % targets.length] ?? '';
      const path = `/v1/orders/${target}/notes`;
      const answer = await this.#client.post(path, `note-${count}-of-load`, { note: `note ${count}` });
      // Whatever else it answers would be a reader or writer that the rebuild got in the way of.
      if (answer.status !== 200) this.failures.push(`${path} ${answer.status} ${answer.text}`);
      else written.set(target, Number(answer.headers.get('ledger-position')));
      this.writes += 1;
      await pause(loadPauseMs);
    }
  }

  /** Every other read asks to see what was written last. */
  async #read(targets: readonly string[], written: ReadonlyMap<string, number>): Promise<void> {
    const seen = new Map<string, { revision: number; position: number }>();
    for (let count = 0; !this.#stopped; count++) {
      const target = targets[count % targets.length] ?? '';
      const wanted = count % 2 === 0 ? (written.get(target) ?? 0) : 0;
      const answer = await this.#client.get(`/v1/orders/${target}`, { 'ledger-position': String(wanted) });
      this.reads += 1;
      await pause(loadPauseMs);
      if (answer.status !== 200) {
        this.failures.push(`read of ${target} for ${wanted}: ${answer.status} ${answer.text}`);
        continue;
      }
      const { revision } = bodyOf<OrderBody>(answer);
      const position = Number(answer.headers.get('ledger-position'));
      const before = seen.get(target) ?? { revision: 0, position: 0 };
      if (revision < before.revision) this.failures.push(`${target} from ${before.revision} to ${revision}`);
      if (position < Math.max(before.position, wanted)) {
        this.failures.push(`${target} at ${position} after ${before.position}, for ${wanted}`);
      }
      seen.set(target, { revision, position });
    }
  }

  async #readStats(): Promise<void> {
    let before = 0;
    while (!this.#stopped) {
      const answer = await this.#client.get('/v1/stats');
      const position = Number(answer.headers.get('ledger-position'));
      if (answer.status !== 200) this.failures.push(`stats ${answer.status}`);
      if (position < before) this.failures.push(`stats at ${position} after ${before}`);
      before = position;
      await pause(loadPauseMs);
    }
  }
}
