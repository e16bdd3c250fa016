import { expect, it } from 'vitest';
import { runChaos } from '../chaos/chaos.ts';
import { lanes } from '../chaos/plan.ts';
import { tableOf, violationsOf } from '../chaos/report.ts';
import { servers } from '../support/test-servers.ts';
import { seedOf } from './support/seeded.ts';

/** A cut of `npm run chaos:proxy`; EPISODES and SEED in the environment: more of it, or the same again. */
const episodes = Number(process.env['EPISODES'] ?? 3);

const { eventStore, readModel, cache, run } = servers();

it.skipIf(!eventStore || !readModel || !cache)(
  'loses, doubles and fails nothing while the network in front of each server breaks in every way',
  async () => {
    const seed = seedOf(process.env);
    const reports = await runChaos({
      servers: { eventStore: eventStore ?? '', readModel: readModel ?? '', cache: cache ?? '', run },
      only: lanes,
      episodes,
      seed,
      isBusy: true,
      progress: () => {},
    });

    process.stdout.write(`seed ${seed}\n${tableOf(reports)}\n`);
    expect(violationsOf(reports), `seed ${seed}`).toEqual([]);
  },
);
