import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { ListPage, ListQuery } from '../../src/ports/read-model.ts';
import type { Acted, Work } from '../../src/processes/process.ts';
import { ProcessRunner } from '../../src/processes/runner.ts';
import { urgencyOf } from '../../src/projections/due.ts';
import { createManualClock, type ManualClock } from './http-manual-clock.ts';

const projection = { name: 'list', version: 1, fields: ['urgency'], indexes: [['urgency']] };
export const away = new StoreUnavailable('read model', 'connection refused', 'Start it.');

/** A to-do list that stands at a position, and a process that does as told. */
export function givenWorks(works: readonly Work[], { fraction = 0.5 } = {}) {
  const clock = createManualClock();
  const acts: { readonly id: string; readonly atMs: number }[] = [];
  const logged: string[] = [];
  const list = { works: [...works], asOf: 10, isAway: false, asked: 0 };
  const behaviour: { act: (work: Work) => Promise<Acted> } = {
    act: async () => ({ kind: 'done', position: 11 }),
  };
  let ring = () => {};
  const say = (_fields: object, message: string) => void logged.push(message);
  const runner = new ProcessRunner<Work>(
    {
      name: 'tests',
      projection,
      act: (work) => {
        acts.push({ id: work.id, atMs: clock.monotonicMs() });
        return behaviour.act(work);
      },
    },
    {
      clock,
      ids: { uuid: () => '', fraction: () => fraction },
      logger: { debug: () => {}, info: say, warn: say, error: say },
      onNews: (listener) => {
        ring = listener;
        return () => {
          ring = () => {};
        };
      },
      reader: {
        get: () => undefined,
        position: () => list.asOf,
        list: async (query) => {
          list.asked += 1;
          if (list.isAway) throw away;
          return pageOf(list, query);
        },
      },
    },
  );
  runner.start();
  return {
    clock,
    acts,
    logged,
    list,
    behaviour,
    runner,
    ring: () => ring(),
    ids: () => acts.map(({ id }) => id),
  };
}

function pageOf(
  { works, asOf }: { readonly works: readonly Work[]; readonly asOf: number },
  query: ListQuery,
): ListPage {
  const documents = works
    .flatMap((work) => (work.due === undefined ? [] : [{ work, value: urgencyOf(work.due) }]))
    .toSorted((a, b) => (a.value === b.value ? (a.work.id < b.work.id ? 1 : -1) : a.value < b.value ? 1 : -1))
    .map(({ work, value }) => ({ body: JSON.stringify(work), place: { value, tie: work.id } }));
  const { after } = query;
  const from = after === undefined ? 0 : documents.findIndex(({ place }) => place.tie === after.tie) + 1;
  return { asOf, documents: documents.slice(from, from + query.countMax) };
}

export const dueIn = (clock: Pick<ManualClock, 'now'>, delayMs: number) =>
  new Date(Date.parse(clock.now()) + delayMs).toISOString() as Instant;
const past = '2026-01-01T00:00:00.000Z' as Instant;
export const work = (id: string, due = past): Work => ({ id, due });
export const many = (count: number) =>
  Array.from({ length: count }, (_, index) => work(`w-${String(index).padStart(4, '0')}`));
