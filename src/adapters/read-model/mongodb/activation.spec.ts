import { describe, expect, it } from 'vitest';
import { contender, ManualTiming, MemoryStates } from '../../../../test/support/lease-world.ts';
import { activate } from './activation.ts';
import { changeRegistry } from './registry.ts';
import { breakSwitch } from './switch-lease.ts';

const place = { projection: 'p', generation: 2 };

/** Generation 1 is live and stands at 5; generation 2 is built. */
async function world() {
  const states = new MemoryStates();
  await changeRegistry(states, 'p', (entry) => ({
    ...entry,
    active: 1,
    activeVersion: 1,
    building: 2,
    buildingVersion: 2,
    count: 2,
  }));
  const live = contender(states);
  await live.lease.claim();
  await live.lease.write({}, { position: 5, writing: 5 });
  /** Brings the build to `position`. */
  const built = async (position: number) => {
    const writer = { kind: 'writer' as const, projection: 'p', generation: 2, position, writing: position };
    await states.remove(['p.2#1']);
    await states.insert({ ...writer, _id: 'p.2#1', number: 1, beat: 0, released: true });
  };
  const activeNow = async () => (await states.read('p')).registry.active;
  return { states, live, built, activeNow };
}

describe('a switch', () => {
  it('stops where the commit under way leads: readers may have seen its documents', async () => {
    const { states, live, built, activeNow } = await world();
    await live.lease.write({ position: 5 }, { writing: 9 });
    const stoppedAt: number[] = [];
    await activate(states, new ManualTiming(), place, async (position) => {
      stoppedAt.push(position);
      await built(position);
    });
    expect(stoppedAt).toEqual([9]);
    expect(await activeNow()).toBe(2);
  });

  it('of a process that was thought dead fails, also when it sleeps right before it would be done', async () => {
    const { states, built, activeNow } = await world();
    await built(5);
    const timing = new ManualTiming();
    const other = new ManualTiming();
    const goOnWithout = breakSwitch(states, 'p', other);
    const insert = states.insert.bind(states);
    states.insert = async (document) => {
      if (document.kind !== 'registry') return insert(document);
      // Everything was verified; before its last step, others wait for seconds and go on without it.
      states.insert = insert;
      timing.pause();
      for (let passedMs = 0; passedMs < 8_000; passedMs += 250) {
        await goOnWithout();
        await other.pass(250);
      }
      timing.wake();
      return insert(document);
    };
    await expect(activate(states, timing, place, async () => {})).rejects.toThrow(
      'another process has switched',
    );
    expect(await activeNow()).toBe(1);
  });
});

describe('the registry', () => {
  it('keeps both of two changes, however late the second was', async () => {
    const { states } = await world();
    const insert = states.insert.bind(states);
    states.insert = async (document) => {
      states.insert = insert;
      // So many others that the number of this revision was given, and is gone again.
      for (let count = 0; count < 6; count++)
        await changeRegistry(states, 'p', (entry) => ({ ...entry, count: entry.count + 10 }));
      return insert(document);
    };
    await changeRegistry(states, 'p', (entry) => ({ ...entry, fence: entry.fence + 1 }));
    const state = await states.read('p');
    expect(state.registry).toMatchObject({ count: 62, fence: 1, active: 1 });
    expect(state.registryDocuments().length).toBeLessThanOrEqual(4);
  });

  it('changes nothing where there is nothing to change', async () => {
    const { states } = await world();
    const before = [...states.documents.keys()];
    await changeRegistry(states, 'p', (entry) => entry);
    expect([...states.documents.keys()]).toEqual(before);
  });
});
