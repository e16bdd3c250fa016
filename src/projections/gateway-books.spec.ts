import { describe, expect, it } from 'vitest';
import { GatewaySum, gatewayDifferences } from './gateway-books.ts';
import type { OrderBooks } from './order-books.ts';

interface Given {
  readonly gateway?: string;
  readonly currency?: string;
  readonly cleared?: number;
  readonly held?: number;
  readonly expiresAt?: string;
  readonly call?: 'open' | 'parked' | 'approved';
}

function booksOf(
  { gateway = 'simulated', currency = 'EUR', cleared = 0, held = 0, expiresAt, call }: Given,
  index: number,
) {
  const payment = {
    open: { capture: { amount: held, currency } },
    provider: { gateway, ...(expiresAt !== undefined && { expiresAt }) },
    calls: call === undefined ? [] : [{ status: call }],
  };
  const balances = [[`1100:${gateway}`, cleared]];
  return { order: { orderId: `order-${index}`, currency, payment }, balances } as unknown as OrderBooks;
}

function sumOf(...given: readonly Given[]) {
  const sum = new GatewaySum('simulated', '2026-03-02T00:00:00.000Z');
  for (const [index, each] of given.entries()) sum.add(booksOf(each, index));
  return sum.result();
}

describe('what the books say a provider holds', () => {
  it('is the sum over its orders, by currency', () => {
    const { holdings } = sumOf(
      { cleared: 100, held: 5 },
      { cleared: -30 },
      { cleared: 7, currency: 'USD' },
      { cleared: 1_000, gateway: 'other' },
    );

    expect([...holdings]).toEqual([
      ['EUR', { cleared: 70n, held: 5n }],
      ['USD', { cleared: 7n, held: 0n }],
    ]);
  });

  it('has no hold that has ended by itself, whether or not that is recorded yet', () => {
    const { holdings } = sumOf(
      { held: 5, expiresAt: '2026-03-02T00:00:00.000Z' },
      { held: 7, expiresAt: '2026-03-02T00:00:00.001Z' },
    );

    expect(holdings.get('EUR')?.held).toBe(7n);
  });

  it.each([
    ['open', ['order-0'], 7n],
    ['parked', ['order-0'], 7n],
    ['approved', [], 107n],
  ] as const)(
    'leaves out what nobody knows yet: an order with a call that is %s',
    (call, unsettled, held) => {
      const sum = sumOf({ call, held: 100 }, { held: 7 });
      expect([...sum.unsettled]).toEqual(unsettled);
      expect(sum.holdings.get('EUR')?.held).toBe(held);
    },
  );
});

describe('the provider’s own book', () => {
  const { holdings } = sumOf({ cleared: 100, held: 5 });

  it('is equal where every sum is', () => {
    expect(
      gatewayDifferences('simulated', holdings, new Map([['EUR', { cleared: '100', held: '5' }]])),
    ).toEqual([]);
    expect(
      gatewayDifferences(
        'simulated',
        holdings,
        new Map([
          ['EUR', { cleared: '100', held: '5' }],
          ['USD', { cleared: '0', held: '0' }],
        ]),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      { cleared: '101', held: '5' },
      'I5 1100:simulated, what is cleared of simulated in EUR: 100 in the books, 101',
    ],
    [{ cleared: '100', held: '0' }, 'I5 9000, what is held of simulated in EUR: 5 in the books, 0'],
  ])('differs by one sum: %j', (theirs, told) => {
    const found = gatewayDifferences('simulated', holdings, new Map([['EUR', theirs]]));
    expect(found).toEqual([expect.stringContaining(told)]);
  });

  it('differs by a currency that one side alone knows', () => {
    expect(gatewayDifferences('simulated', holdings, new Map())).toHaveLength(2);
    expect(
      gatewayDifferences('simulated', new Map(), new Map([['JPY', { cleared: '1', held: '0' }]])),
    ).toHaveLength(1);
  });
});
