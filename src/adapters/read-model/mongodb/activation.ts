import { assert } from '../../../domain/kernel/assert.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { Lease, LeaseTiming } from './lease.ts';
import { takeoverMs } from './lease.ts';
import { changeRegistry } from './registry.ts';
import type { LeaseDocument, ProjectionState, RegistryEntry } from './state.ts';
import type { States } from './state-collection.ts';
import { switchLease } from './switch-lease.ts';

const dependency = 'read model';
const lookMs = 100;
/** A process that died in the middle of a switch is taken for dead within this time, and the switch from it. */
const waitMsMax = takeoverMs + 2_000;

/**
 * Makes a generation the active one; answers the one that nobody needs any more. While the lease of the switch is held,
 * the active one takes no commits, so where it stands then, with what is being written to it, is where it stops.
 * @throws StoreUnavailable; whatever `catchUp` throws
 */
export async function activate(
  states: States,
  timing: LeaseTiming,
  { projection, generation }: { readonly projection: string; readonly generation: number },
  catchUp: (position: number) => Promise<void>,
): Promise<number | undefined> {
  const before = await states.read(projection);
  const { active } = before.registry;
  if (active === generation) return undefined;
  assert(before.isListed(generation), `${projection} has no generation ${generation}`);
  if (active === null) {
    await catchUp(0);
    return superseded(
      await changeRegistry(states, projection, (entry) => switched(projection, entry, generation, null)),
      generation,
    );
  }
  const lease = switchLease(states, projection, timing);
  await acquire(lease, projection);
  try {
    const { registry, position } = await stopped(states, projection, active);
    await catchUp(position);
    const state = await states.read(projection);
    if (state.position(generation) < position) throw behind(projection, generation, position);
    if (!(await lease.verify())) throw overtaken(projection);
    const past = await changeRegistry(states, projection, (entry) => {
      // Somebody thought this process dead, and the active generation has gone on since.
      if (entry.fence !== registry.fence) throw overtaken(projection);
      return switched(projection, entry, generation, active);
    });
    return superseded(past, generation);
  } finally {
    await lease.release();
  }
}

/** Whoever has it is about to finish, or is dead. */
async function acquire(lease: Lease<LeaseDocument>, projection: string): Promise<void> {
  const deadlineMs = performance.now() + waitMsMax;
  while (!(await lease.claim())) {
    if (performance.now() > deadlineMs) throw overtaken(projection);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** Read after the lease was taken: a commit that began before shows where it leads, and no other begins. */
async function stopped(
  states: States,
  projection: string,
  active: number,
): Promise<{ readonly registry: RegistryEntry; readonly position: number }> {
  const state: ProjectionState = await states.read(projection);
  if (state.registry.active !== active) throw overtaken(projection);
  return { registry: state.registry, position: state.reach(active) };
}

function switched(
  projection: string,
  entry: RegistryEntry,
  generation: number,
  from: number | null,
): RegistryEntry {
  if (entry.active === generation) return entry;
  const isBuilt = entry.building === generation;
  if (entry.active !== from || !(isBuilt || entry.previous === generation)) throw overtaken(projection);
  return {
    ...entry,
    active: generation,
    activeVersion: isBuilt ? entry.buildingVersion : entry.previousVersion,
    previous: entry.active,
    previousVersion: entry.activeVersion,
    previousOpen: false,
    ...(isBuilt && { building: null, buildingVersion: null }),
  };
}

function superseded({ active, previous }: RegistryEntry, generation: number): number | undefined {
  return active === generation || previous === null || previous === generation ? undefined : previous;
}

function overtaken(projection: string): StoreUnavailable {
  return new StoreUnavailable(
    dependency,
    `another process has switched ${projection} meanwhile`,
    'Look at `ledger inspect projections`; then try again.',
  );
}

function behind(projection: string, generation: number, position: number): StoreUnavailable {
  return new StoreUnavailable(
    dependency,
    `generation ${generation} of ${projection} does not reach position ${position}, which readers have seen`,
    'Try again; if it stays so, an older log was put back: run `ledger verify`.',
  );
}
