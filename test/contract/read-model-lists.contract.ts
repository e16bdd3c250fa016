import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentWrite, ListPlace, ListQuery, ProjectionReader } from '../../src/ports/read-model.ts';
import { live, type ReadModelHarness, shape, write } from './read-model-harness.ts';

const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'] as const;

/** Orders of two customers on four days; two of one customer on the same day. */
const orders = [
  order('o1', 'c-1', 'pending', days[0]),
  order('o2', 'c-1', 'paid', days[1]),
  order('o3', 'c-2', 'pending', days[1]),
  order('o4', 'c-1', 'pending', days[2]),
  order('o5', 'c-1', 'paid', days[2]),
  order('o6', 'c-2', 'paid', days[3]),
];

function order(id: string, customer?: string, status?: string, placedAt?: string): DocumentWrite {
  return write(id, 1, { fields: { customer, status, placedAt } });
}

export function listsContract(harness: ReadModelHarness): void {
  queries(harness);
  pages(harness);
}

function queries({ open }: ReadModelHarness): void {
  test.each([
    { query: {}, ids: ['o6', 'o4 o5', 'o2 o3', 'o1'] },
    { query: { equals: { customer: 'c-1' } }, ids: ['o4 o5', 'o2', 'o1'] },
    { query: { equals: { customer: 'c-1', status: 'pending' } }, ids: ['o4', 'o1'] },
    { query: { equals: { customer: 'c-3' } }, ids: [] },
    { query: { equals: { customer: "c-1' OR 1=1 --" } }, ids: [] },
    { query: { from: days[1] }, ids: ['o6', 'o4 o5', 'o2 o3'] },
    { query: { to: days[1] }, ids: ['o1'] },
    { query: { from: days[1], to: days[2] }, ids: ['o2 o3'] },
    { query: { from: days[2], to: days[2] }, ids: [] },
    { query: { equals: { status: 'paid' }, from: days[2], to: '2027' }, ids: ['o6', 'o5'] },
    { query: { orderBy: 'customer', equals: { status: 'paid' } }, ids: ['o6', 'o2 o5'] },
  ])('$query lists $ids, latest first', async ({ query, ids }) => {
    const { model } = await open();
    await live(model, orders, 1);
    const asked = { equals: {}, orderBy: 'placedAt', countMax: 99, ...query };
    const listed = (await model.reader(shape).list(asked)).documents.map(({ body }) => idOf(body));
    // Which of two at the same place comes first is the store's own affair.
    const groups = ids.map((group) => group.split(' '));
    expect(listed).toHaveLength(groups.flat().length);
    let from = 0;
    for (const group of groups) {
      expect(listed.slice(from, from + group.length).toSorted()).toEqual(group);
      from += group.length;
    }
  });

  test('a document without the field that orders is not in the list', async () => {
    const { model } = await open();
    await live(model, [...orders, order('o7', 'c-1', 'pending', undefined)], 1);
    const reader = model.reader(shape);
    const page = await reader.list({ equals: { customer: 'c-1' }, orderBy: 'placedAt', countMax: 99 });
    expect(page.documents.map(({ body }) => idOf(body))).not.toContain('o7');
    expect(await reader.get('o7')).toBeDefined();
  });

  test('a list says up to which position nothing is missing from it', async () => {
    const { model } = await open();
    const { generation } = await live(model, orders, 1);
    await generation.commit({ from: 1, to: 44, writes: [], deletes: [] });
    const page = await model
      .reader(shape)
      .list({ equals: { customer: 'c-3' }, orderBy: 'placedAt', countMax: 5 });
    expect(page).toEqual({ documents: [], asOf: 44 });
  });
}

function pages({ open }: ReadModelHarness): void {
  test.each([1, 2, 3, 5, 6, 7])('pages of %d give every document once, ties included', async (countMax) => {
    const { model } = await open();
    await live(model, orders, 1);
    const reader = model.reader(shape);
    const query = { equals: {}, orderBy: 'placedAt' };
    const whole = await allPages(reader, query, 99);
    expect(whole).toHaveLength(6);
    expect(await allPages(reader, query, countMax)).toEqual(whole);
  });

  test('a document that comes while somebody pages on moves nothing that is after the place', async () => {
    const { model } = await open();
    const { generation } = await live(model, orders, 1);
    const reader = model.reader(shape);
    const query = { equals: {}, orderBy: 'placedAt' };
    const whole = await allPages(reader, query, 99);
    const first = await reader.list({ ...query, countMax: 2 });
    await generation.commit({
      from: 1,
      to: 2,
      writes: [order('o9', 'c-1', 'paid', '2026-02-01')],
      deletes: ['o6'],
    });
    const after = first.documents.at(-1)?.place;
    const rest = await reader.list({ ...query, countMax: 99, ...(after && { after }) });
    expect(rest.documents.map(({ body }) => idOf(body))).toEqual(whole.slice(2));
  });

  test('whatever is asked of whatever is there, the pages are the list', async () => {
    const { model } = await open();
    const { generation } = await live(model, [], 0);
    const reader = model.reader(shape);
    let position = 0;
    let ids: readonly string[] = [];
    const some = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
    const documents = fc.array(
      fc.tuple(some, some, fc.option(fc.constantFrom(...days), { nil: undefined })),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        documents,
        some,
        fc.option(fc.constantFrom(...days), { nil: undefined }),
        fc.integer({ min: 1, max: 5 }),
        async (fields, customer, from, countMax) => {
          const writes = fields.map(([c, s, d], index) => ({
            ...order(`d${index}`, c, s, d),
            position: position + 1,
          }));
          const deletes = ids.filter((id) => !writes.some((one) => one.id === id));
          await generation.commit({ from: position, to: position + 1, writes, deletes });
          position += 1;
          ids = writes.map(({ id }) => id);
          const query = {
            equals: { ...(customer !== undefined && { customer }) },
            orderBy: 'placedAt',
            ...(from !== undefined && { from }),
          };
          const listed = await allPages(reader, query, countMax);
          expect(listed.toSorted()).toEqual(
            writes
              .filter((one) => matches(one, customer, from))
              .map(({ id }) => id)
              .toSorted(),
          );
          const values = listed.map((id) => writes.find((one) => one.id === id)?.fields['placedAt'] ?? '');
          expect(values).toEqual(values.toSorted().toReversed());
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });
}

function matches({ fields }: DocumentWrite, customer: string | undefined, from: string | undefined): boolean {
  const placedAt = fields['placedAt'];
  if (placedAt === undefined || (from !== undefined && placedAt < from)) return false;
  return customer === undefined || fields['customer'] === customer;
}

async function allPages(
  reader: ProjectionReader,
  query: Omit<ListQuery, 'countMax'>,
  countMax: number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: ListPlace | undefined; ; ) {
    const { documents } = await reader.list({ ...query, countMax, ...(after && { after }) });
    expect(documents.length).toBeLessThanOrEqual(countMax);
    if (documents.length === 0) return ids;
    if (ids.length > 1_000) throw new Error('the pages never end');
    ids.push(...documents.map(({ body }) => idOf(body)));
    after = documents.at(-1)?.place;
  }
}

function idOf(body: string): string {
  return (JSON.parse(body) as { id: string }).id;
}
