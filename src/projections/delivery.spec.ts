import { afterEach, describe, expect, it } from 'vitest';
import { withPages } from '../../test/support/projection-faults.ts';
import { createProjectionLedger, eventually } from '../../test/support/projection-ledger.ts';
import {
  catchUp,
  liveAndExpected,
  type ProjectorRun,
  recordOrders,
  standingAt,
  startRun,
} from '../../test/support/projection-runs.ts';
import type { LogPage, RecordedEvent } from '../ports/event-store.ts';
import { isAbout } from './projection.ts';
import { projections } from './registry.ts';

type Page = readonly RecordedEvent[];
type Deliver = (page: Page, asked: LogPage, number: number) => Page | Promise<Page>;

const runs: ProjectorRun[] = [];

const starting: typeof startRun = async (...given) => {
  const run = await startRun(...given);
  runs.push(run);
  return run;
};

afterEach(async () => {
  for (const { projector } of runs.splice(0)) await projector.stop();
});

/** Whether every projection is what the log gives, when its events arrived like this. */
async function projectedThrough(deliver: Deliver) {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  await recordOrders(ledger, 11);
  const { logged } = await starting(ledger, { store: withPages(ledger.store, deliver) });
  await standingAt(ledger.readModel, await ledger.store.head());
  const { live, expected } = await liveAndExpected(ledger);
  expect(live).toEqual(expected);
  return { warnings: logged.filter(({ level }) => level === 'warn').length };
}

/** Of the first page only: what comes when it is asked again is whole. */
function atFirst(change: (page: Page) => Page): Deliver {
  return (page, _asked, number) => (number === 1 ? change(page) : page);
}

describe('events that arrive more than once', () => {
  it('count once when every event is doubled', async () => {
    expect(await projectedThrough((page) => page.flatMap((event) => [event, event]))).toEqual({
      warnings: 0,
    });
  });

  it('count once when a whole page is delivered twice over', async () => {
    const seen: Page[] = [];
    const deliver: Deliver = (page) => {
      const again = seen.at(-1);
      const part = page.slice(0, 4);
      if (again === undefined || again[0]?.position !== part[0]?.position) seen.push(part);
      return seen.length % 2 === 0 ? [...(seen.at(-2) ?? []), ...part] : part;
    };

    expect(await projectedThrough(deliver)).toEqual({ warnings: 0 });
  });

  it('count once when a page begins before what was asked for', async () => {
    const everything: RecordedEvent[] = [];
    const deliver: Deliver = (page) => {
      const part = page.slice(0, 3);
      everything.push(...part.filter(({ position }) => position > (everything.at(-1)?.position ?? 0)));
      const first = part[0]?.position;
      return first === undefined ? [] : everything.filter(({ position }) => position >= first - 5);
    };

    expect(await projectedThrough(deliver)).toEqual({ warnings: 0 });
  });
});

it('does not start an order anew when its first event comes again, alone, to a projector that remembers nothing', async () => {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  await catchUp(ledger);
  const [first] = await ledger.store.readAll({ after: 0, countMax: 1 });
  await recordOrders(ledger, 11);

  await starting(ledger, { store: withPages(ledger.store, (page) => (first ? [first, ...page] : page)) });
  await standingAt(ledger.readModel, await ledger.store.head());

  const { live, expected } = await liveAndExpected(ledger);
  expect(live).toEqual(expected);
});

describe('events that arrive in the wrong order', () => {
  it.each([
    ['reversed', (page: Page) => page.toReversed()],
    ['with two neighbours swapped', (page: Page) => swapped(page, 3)],
    ['with the last ones swapped', (page: Page) => swapped(page, page.length - 2)],
  ] as const)('are never applied (%s): they are asked for again', async (_how, change) => {
    expect(await projectedThrough(atFirst(change))).toEqual({ warnings: 1 });
  });
});

describe('events that do not arrive', () => {
  it('are asked for once more where the page itself shows a gap', async () => {
    const withGap = (page: Page) => page.filter((event) => event !== inTheMiddle(page));

    expect(await projectedThrough(atFirst(withGap))).toEqual({ warnings: 1 });
  });

  it('halt every projection of their category when they never arrive, and nothing after the gap is applied', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    const [all, lost] = await withoutOne(ledger);
    const store = withPages(ledger.store, (page) =>
      page.filter(({ position }) => position !== lost.position),
    );
    const gap = all.find(({ stream, revision }) => stream === lost.stream && revision > lost.revision);

    await starting(ledger, { store });
    const aboutOrders = async () => {
      const names = projections.filter((each) => isAbout(each, lost.stream)).map(({ name }) => name);
      return (await ledger.readModel.projections()).filter(({ name }) => names.includes(name));
    };
    await eventually('all have halted', async () =>
      (await aboutOrders()).every(({ active }) => active?.halted !== undefined),
    );

    for (const { active } of await aboutOrders()) {
      expect(active?.halted).toEqual({
        position: gap?.position,
        type: gap?.type,
        error: `revision ${lost.revision + 1} does not follow revision ${lost.revision - 1}: what was between them is missing`,
      });
      expect(active?.position).toBe((gap?.position ?? 0) - 1);
    }
  });

  it('are missed by the documents also where no page shows both sides of the gap', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    const [, lost] = await withoutOne(ledger);
    const store = withPages(ledger.store, (page) => {
      const [first] = page;
      return first?.position === lost.position ? page.slice(1, 2) : page.slice(0, 1);
    });

    await starting(ledger, { store });
    await eventually('what has one document for each order has halted', async () => {
      const records = await ledger.readModel.projections();
      return records.filter(({ active }) => active?.halted !== undefined).length === 3;
    });

    const records = await ledger.readModel.projections();
    const errors = records.flatMap(({ active }) => active?.halted?.error ?? []);
    expect(new Set(errors)).toEqual(
      new Set([
        `revision ${lost.revision + 1} does not follow revision ${lost.revision - 1}: what was between them is missing`,
      ]),
    );
  });
});

function swapped(page: Page, at: number): Page {
  const [one, other] = [page[at], page[at + 1]];
  if (one === undefined || other === undefined) return page;
  return page.with(at, other).with(at + 1, one);
}

/** An event of the page with one before and one after it in its own stream. */
function inTheMiddle(page: Page): RecordedEvent {
  const found = page.find(
    ({ stream, revision }) =>
      revision > 0 && page.some((event) => event.stream === stream && event.revision === revision + 1),
  );
  if (found === undefined) throw new Error('no stream has three events');
  return found;
}

async function withoutOne(ledger: ReturnType<typeof createProjectionLedger>) {
  const all = await ledger.store.readAll({ after: 0, countMax: 1_000 });
  return [all, inTheMiddle(all)] as const;
}
