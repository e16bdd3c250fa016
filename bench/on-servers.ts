import { randomUUID } from 'node:crypto';
import { eventStoreAt } from '../test/support/server-places.ts';
import { inDirectory } from './lib/directories.ts';
import { type Figure, figure } from './lib/figure.ts';
import { runPart } from './lib/part.ts';
import type { Scale, Tell } from './lib/scale.ts';
import { startDouble } from './lib/servers.ts';
import type { ServerRates } from './parts/servers.ts';

/**
 * The ledger on an EventStoreDB beside the client library used plainly. What it writes has names of its own and stays there.
 * @param place URL of the server, or `double` for the test double of its protocol, in a process of its own.
 */
export async function onServers(scale: Scale, tell: Tell, place: string): Promise<readonly Figure[]> {
  if (place !== 'double') return measureOn(scale, tell, place);
  const double = await startDouble();
  try {
    return await measureOn(scale, tell, double.url);
  } finally {
    await double.stop();
  }
}

async function measureOn({ runs, serverOrders }: Scale, tell: Tell, url: string): Promise<readonly Figure[]> {
  const rates: ServerRates[] = [];
  for (let run = 1; run <= runs; run++) {
    tell(`on EventStoreDB, run ${run} of ${runs}`);
    const own = eventStoreAt(url, `bench${randomUUID().slice(0, 8)}`);
    rates.push(
      await inDirectory((directory) => runPart<ServerRates>('servers', directory, own, `${serverOrders}`)),
    );
  }
  const widths = rates[0]?.place.map(({ inFlight }) => inFlight) ?? [];
  return [
    ...widths.map((width, index) =>
      figure(
        {
          name: `PLACE on EventStoreDB, ${width} in flight`,
          unit: 'orders/s',
          against: 'appendToStream of the client library, same events',
          bar: 0.85,
        },
        rates.flatMap(({ place }) => {
          const rate = place[index];
          return rate === undefined ? [] : [{ value: rate.ours, ceiling: rate.raw }];
        }),
      ),
    ),
    figure(
      {
        name: 'PAY on EventStoreDB, warm',
        unit: 'commands/s',
        against: 'readStream and appendToStream of the client library',
        bar: 1.8,
      },
      rates.map(({ pay }) => ({ value: pay.ours, ceiling: pay.raw })),
    ),
    figure(
      {
        name: 'rebuild of order-details on EventStoreDB',
        unit: 'events/s',
        against: 'readAll of the client library and the same fold',
        bar: 0.7,
      },
      rates.map(({ rebuild }) => ({ value: rebuild.ours, ceiling: rebuild.raw })),
    ),
  ];
}
