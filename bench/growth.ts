import { gets } from './http.ts';
import { inDirectory } from './lib/directories.ts';
import { type Figure, figure, type Limit, median, type Result, type Run } from './lib/figure.ts';
import { runPart } from './lib/part.ts';
import type { Scale, Tell } from './lib/scale.ts';
import type { RebuildRate } from './parts/rebuild.ts';
import type { WriteRates } from './parts/write.ts';

const residentMbMax = 600;

/** What a ledger of many events does, beside one of few: rebuilding, writing and reading. */
export async function growth(scale: Scale, tell: Tell): Promise<readonly Result[]> {
  return inDirectory((small) =>
    inDirectory(async (large) => {
      tell(`building a log of ${scale.small} events, and one of ${scale.large}`);
      await runPart('build', small, `${scale.small}`);
      await runPart('build', large, `${scale.large}`);
      const rebuilds = await rebuilding(scale, small, large, tell);
      const writes = await writing(scale, small, large, tell);
      return [...rebuilds, ...writes, await reading(scale, small, large, tell)];
    }),
  );
}

async function rebuilding(
  scale: Scale,
  small: string,
  large: string,
  tell: Tell,
): Promise<readonly Result[]> {
  const againstRaw: Run[] = [];
  const againstSmall: Run[] = [];
  const residentMb: number[] = [];
  for (let run = 1; run <= scale.runs; run++) {
    tell(`rebuild, run ${run} of ${scale.runs}`);
    const raw = await runPart<RebuildRate>('rebuild', large, 'ceiling');
    const ours = await runPart<RebuildRate>('rebuild', large, 'rebuild');
    // A small log is over before the code is warm: the best of several in one process.
    const little = await runPart<RebuildRate>('rebuild', small, 'rebuild', '8');
    againstRaw.push({ value: ours.rate, ceiling: raw.rate });
    againstSmall.push({ value: ours.rate, ceiling: little.rate });
    residentMb.push(ours.residentMb);
  }
  const memory: Limit = {
    name: `resident memory of a rebuild of ${scale.large} events`,
    unit: 'MB',
    value: median(residentMb),
    max: residentMbMax,
  };
  const name = `rebuild of order-details, ${scale.large} events`;
  return [
    figure(
      { name, unit: 'events/s', against: 'reading and JSON.parse of the same events', bar: 0.35 },
      againstRaw,
    ),
    figure({ name, unit: 'events/s', against: `rebuild of ${scale.small} events`, bar: 0.85 }, againstSmall),
    memory,
  ];
}

async function writing(scale: Scale, small: string, large: string, tell: Tell): Promise<readonly Figure[]> {
  const place: Run[] = [];
  const pay: Run[] = [];
  for (let run = 1; run <= scale.runs; run++) {
    tell(`writing to a large log, run ${run} of ${scale.runs}`);
    const few = await runPart<WriteRates>('write', small, `${scale.orders}`);
    const many = await runPart<WriteRates>('write', large, `${scale.orders}`);
    place.push({ value: many.place, ceiling: few.place });
    pay.push({ value: many.pay, ceiling: few.pay });
  }
  return [
    figure(
      { name: `PLACE at ${scale.large} events`, unit: 'orders/s', against: `at ${scale.small}`, bar: 0.6 },
      place,
    ),
    figure(
      { name: `PAY at ${scale.large} events`, unit: 'commands/s', against: `at ${scale.small}`, bar: 0.85 },
      pay,
    ),
  ];
}

async function reading(scale: Scale, small: string, large: string, tell: Tell): Promise<Figure> {
  const runs: Run[] = [];
  for (let run = 1; run <= scale.runs; run++) {
    tell(`reading from a large ledger, run ${run} of ${scale.runs}`);
    const few = await gets(scale, small);
    const many = await gets(scale, large);
    // Each as a share of its own ceiling, measured around it: what the machine does meanwhile cancels out.
    runs.push({ value: many.value / many.ceiling, ceiling: few.value / few.ceiling });
  }
  return figure(
    { name: `GET at ${scale.large} events`, unit: 'of bare', against: `at ${scale.small}`, bar: 0.85 },
    runs,
  );
}
