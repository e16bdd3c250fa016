import { openSqliteEventStore } from '../../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { DamagedData } from '../../../src/domain/kernel/faults.ts';
import { projections } from '../../../src/projections/registry.ts';
import { createRun } from '../../support/projection-runs.ts';
import { verified } from './examination.ts';
import { commit, type History } from './history.ts';
import type { Image, LogPlace } from './log-files.ts';

export interface OlderCopiesFound {
  readonly copies: number;
  /** By the projector at its start, with the witness gone or as old as the copy. */
  readonly refused: number;
  /** By `verify`, from the read models alone. */
  readonly told: number;
  readonly violations: readonly string[];
}

const copiesCount = 5;

/** Puts copies of the log from earlier back in its place, under read models that have seen more. */
export async function putOlderCopiesBack(place: LogPlace, history: History): Promise<OlderCopiesFound> {
  const found = { copies: 0, refused: 0, told: 0 };
  const violations: string[] = [];
  for (let copy = 1; copy <= copiesCount; copy++) {
    const appends = Math.floor((history.appends.length * copy) / (copiesCount + 1));
    const image = await logOf(place, history, appends);
    // Every other one comes with the witness that was copied together with it.
    place.put(copy % 2 === 0 ? image : { database: image.database });
    const say = (what: string) => violations.push(`a copy of the log after ${appends} appends: ${what}`);
    const refusal = await refusalOf(place, history);
    if (refusal instanceof DamagedData && refusal.message.includes('an older log was put back'))
      found.refused += 1;
    else say(`the projector ${refusal === undefined ? 'starts' : `dies of ${String(refusal)}`}`);
    const { defects, broke } = await verified(place, history, { projections });
    const isTold = projections.every(({ name }) =>
      defects.some(
        ({ projection, problem }) => projection === name && problem.includes('older log was put back'),
      ),
    );
    if (isTold && broke === undefined) found.told += 1;
    else say(`verify ${broke === undefined ? 'does not tell of every read model' : `broke: ${broke}`}`);
    found.copies += 1;
  }
  return { ...found, violations };
}

async function logOf(place: LogPlace, { appends }: History, count: number): Promise<Image> {
  place.put({ database: Buffer.alloc(0) });
  const store = openSqliteEventStore({ path: place.path, inline: true });
  try {
    await commit(store, appends.slice(0, count));
  } finally {
    await store.close();
  }
  return place.image();
}

/** What a projector that starts on this log says; `undefined` where it starts. */
async function refusalOf(place: LogPlace, { ledger }: History): Promise<unknown> {
  const store = openSqliteEventStore({ path: place.path, inline: true });
  try {
    const { projector } = createRun(ledger, { store });
    await projector.start();
    await projector.stop();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await store.close();
  }
}
