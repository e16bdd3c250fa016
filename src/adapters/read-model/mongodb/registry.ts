import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { ProjectionState, RegistryEntry } from './state.ts';
import type { States } from './state-collection.ts';

const attemptsMax = 20;
/** Revisions that are kept besides the last one. */
const pastMax = 2;

/**
 * Reads and changes what the registry says of a projection, as one: the next revision is inserted, and where another
 * process has inserted it first, everything is done again. Answers the entry as it was before.
 * @throws StoreUnavailable; whatever `changed` throws
 */
export async function changeRegistry(
  states: States,
  projection: string,
  changed: (before: RegistryEntry, state: ProjectionState) => RegistryEntry,
): Promise<RegistryEntry> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const state = await states.read(projection);
    const { registry: before } = state;
    const now = changed(before, state);
    if (now === before) return before;
    const number = before.number + 1;
    const _id = idOf(projection, number);
    if (!(await states.insert({ ...now, _id, kind: 'registry', projection, number }))) continue;
    if (await isVoid(states, projection, number)) await states.remove([_id]);
    else {
      await removePast(states, state, number);
      return before;
    }
  }
  const why = `other processes change what is known of ${projection} all the time`;
  throw new StoreUnavailable(
    'read model',
    why,
    'Are several rebuilds running? Let one finish, then try again.',
  );
}

/** A process that slept may insert a revision that was there before and is gone by now, like the one before it. */
async function isVoid(states: States, projection: string, number: number): Promise<boolean> {
  return number > 1 && !(await states.has(idOf(projection, number - 1)));
}

/** Oldest first: a revision is never gone while one before it is there. */
async function removePast(states: States, state: ProjectionState, number: number): Promise<void> {
  const past = state.registryDocuments().filter((each) => each.number < number - pastMax);
  await states.remove(past.toSorted((a, b) => a.number - b.number).map(({ _id }) => _id));
}

function idOf(projection: string, number: number): string {
  return `${projection}#${number}`;
}
