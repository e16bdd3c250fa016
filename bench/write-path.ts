import { inDirectory } from './lib/directories.ts';
import { type Figure, figure } from './lib/figure.ts';
import { runPart } from './lib/part.ts';
import type { Scale, Tell } from './lib/scale.ts';
import type { WriteRates } from './parts/write.ts';

/** The write path in one process, without HTTP: 64 commands in flight. */
export async function writePath({ runs, orders }: Scale, tell: Tell): Promise<readonly Figure[]> {
  const rates: WriteRates[] = [];
  for (let run = 1; run <= runs; run++) {
    tell(`write path, run ${run} of ${runs}`);
    rates.push(
      await inDirectory((directory) => runPart<WriteRates>('write', directory, `${orders}`, 'ceiling')),
    );
  }
  return [
    figure(
      {
        name: 'PLACE through handle-command, 64 in flight',
        unit: 'orders/s',
        against: 'raw group-committed append of the same bytes',
        bar: 0.55,
      },
      rates.map(({ place, raw }) => ({ value: place, ceiling: raw })),
    ),
    figure(
      { name: 'PAY (authorize and capture, warm)', unit: 'commands/s', against: 'PLACE', bar: 0.9 },
      rates.map(({ pay, place }) => ({ value: pay, ceiling: place })),
    ),
  ];
}
