import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitHash } from '../../src/adapters/codec/hash-chain.ts';
import { readConfig } from '../../src/config.ts';
import { openLedger } from '../../src/main.ts';
import type { UnencodedEvent } from '../../src/ports/event-codec.ts';
import { until } from '../support/ledger-child.ts';
import { environmentOf, useWorkspace } from '../support/process.ts';
import { bodyOf, Client, orderBody, tokenFor } from '../support/process-client.ts';
import { openDatabaseFile } from './support/damage.ts';
import type { OrderBody } from './support/queries.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/history.ndjson');
const { directory, run, serve } = useWorkspace();

const rowsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

/** Records events as if a decision had given them; the chain of hashes holds. */
async function record(where: string, stream: string, ...events: readonly UnencodedEvent[]): Promise<void> {
  const ledger = await openLedger(readConfig({ ...environmentOf(where), LOG_LEVEL: 'error' }), {
    append: true,
    documents: 'none',
  });
  try {
    const [last] = await ledger.store.readStream(stream, { direction: 'backwards', countMax: 1 });
    const end = {
      revision: last?.revision ?? -1,
      lastHash: last === undefined ? '' : (splitHash(last.metadata)?.hash ?? ''),
    };
    const commandId = ledger.digest.uuid5(
      '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
      `${stream} ${end.revision}`,
    );
    const encoded = await ledger.codec.encode(events, {
      ...{ stream, ...end, subject: 'nobody' },
      metadata: {
        ...{ commandId, command: 'Forge', fingerprint: 'f', actor: 'forger', requestId: 'forged' },
        occurredAt: ledger.clock.now(),
      },
    });
    const { status } = await ledger.store.append(stream, end.revision, encoded.events);
    if (status !== 'appended') throw new Error(`${stream} has moved on`);
  } finally {
    await ledger.close();
  }
}

describe('verifying the books', () => {
  it('says what of the books was checked', async () => {
    const dataDir = directory();
    await run(['import', fixture], { dataDir });

    const { code, stdout } = await run(['verify'], { dataDir });

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\d+ entries of the books checked against the rules and balanced at every position; /m,
    );
    expect(stdout).toContain('payment provider: external keeps no book that could be compared');
  });

  it('finds an entry that is not what the rules give, although every hash is right', async () => {
    const forged = directory();
    await run(['import', fixture], { dataDir: forged });
    const entries = await run(['books', 'entries', '9000', '--ndjson'], { dataDir: forged });
    const held = rowsOf(entries.stdout).find(({ amount }) => amount === 3_999);
    const amount = { amount: 3_999, currency: 'EUR' };
    await record(forged, String(held?.['stream']), {
      type: 'AuthorizationReleased',
      data: { amount, postings: [{ debit: '9100', credit: '9000', ...amount, amount: 3_998 }] },
    });

    const { code, stderr } = await run(['verify'], { dataDir: forged });

    expect(code).toBe(1);
    expect(stderr).toContain(
      'breaks the rule: I1 the entry of AuthorizationReleased is what the rules give: 9100/9000 3999 EUR, not 9100/9000 3998 EUR',
    );
    expect(stderr).toContain('1 defects found');
  });

  it('finds a manual entry after which assets are not what they are made of', async () => {
    const forged = directory();
    await run(['import', fixture], { dataDir: forged });
    await record(
      forged,
      'books-EUR',
      { type: 'BooksOpened', data: { currency: 'EUR' } },
      {
        type: 'EntryPosted',
        data: {
          entryId: '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
          postings: [{ debit: '9000', credit: '4000', amount: 5, currency: 'EUR' }],
          memo: 'forged',
        },
      },
    );

    const { code, stderr } = await run(['verify'], { dataDir: forged });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^books-EUR revision 1: .*I2 the books balance at every position: accounts off the balance sheet sum to 5 in EUR$/m,
    );
  });
});

describe('verifying against the payment provider’s own book', () => {
  const env = { PAYMENT_GATEWAY: 'simulated:provider.db?seed=3' };

  it('finds both equal after payments, captures, refunds and voids, and a figure that is not', async () => {
    const dataDir = directory();
    const service = await serve({ dataDir, env });
    const client = new Client(service.url, await tokenFor(dataDir, 'operator'));
    const ids: string[] = [];
    for (let number = 0; number < 8; number++) {
      const token = number === 3 ? 'tok_decline' : 'tok_approve';
      const body = number > 5 ? orderBody() : orderBody({ payment: { method: { token } } });
      const placed = await client.post('/v1/orders', `placing-order-${number}`, body);
      ids.push(bodyOf<{ orderId: string }>(placed).orderId);
    }
    /** Nothing yet where the read model has not come so far. */
    const orderOf = async (index: number) =>
      bodyOf<Partial<OrderBody>>(await client.get(`/v1/orders/${ids[index]}`));
    const settled = (index: number, status: string) =>
      until(
        async () => (await orderOf(index)).payment?.status === status,
        20_000,
        `${index} to be ${status}`,
      );
    for (const index of [0, 1, 2, 4, 5]) await settled(index, 'captured');
    await settled(3, 'declined');
    const pay = (index: number, what: string, body: object) =>
      client.post(`/v1/orders/${ids[index]}/payment/${what}`, `paying-${what}-${index}`, body);
    for (const index of [6, 7]) {
      await pay(index, 'authorize', { method: { token: 'tok_approve' } });
      await settled(index, 'authorized');
    }
    await pay(0, 'refund', { amount: 100, reason: 'broken' });
    await settled(0, 'partially_refunded');
    await pay(6, 'void', {});
    await settled(6, 'voided');
    await service.kill('SIGTERM');

    const sound = await run(['verify'], { dataDir, env });
    const accounts = await run(['books', 'accounts', '--ndjson'], { dataDir, env });
    const book = openDatabaseFile(join(dataDir, 'provider.db'));
    book.exec('UPDATE captures SET amount = amount - 1 WHERE number = (SELECT min(number) FROM captures)');
    book.close();
    const broken = await run(['verify'], { dataDir, env });

    expect(sound).toMatchObject({ code: 0 });
    expect(sound.stdout).toContain('payment provider: simulated compared');
    const balance = rowsOf(accounts.stdout).find(({ code }) => code === '1100:simulated')?.['balance'];
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain(
      `I5 1100:simulated, what is cleared of simulated in EUR: ${balance} in the books, ${Number(balance) - 1} in`,
    );
  });
});
