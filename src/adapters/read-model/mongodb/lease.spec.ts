import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contender, MemoryStates } from '../../../../test/support/lease-world.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { takeoverMs } from './lease.ts';

function world() {
  const states = new MemoryStates();
  const [first, second] = [contender(states), contender(states)];
  const pass = async (ms: number) => {
    // Side by side: what one does in a step the other sees in the next.
    for (let passed = 0; passed < ms; passed += 100)
      await Promise.all([first.timing.pass(100), second.timing.pass(100)]);
  };
  /** How long until it is held, asked as a projector asks. */
  const heldAfterMs = async ({ lease }: typeof first, msMax: number) => {
    for (let passedMs = 0; passedMs <= msMax; passedMs += 200) {
      if (await lease.claim()) return passedMs;
      await pass(200);
    }
    return undefined;
  };
  return { states, first, second, pass, heldAfterMs };
}

describe('a lease', () => {
  it('is held by the first that claims it, and by nobody else', async () => {
    const { first, second } = world();
    expect(await first.lease.claim()).toBe(true);
    expect(await second.lease.claim()).toBe(false);
    expect(first.lease.number).toBe(1);
  });

  it('is held by exactly one of several that claim it at once', async () => {
    const states = new MemoryStates();
    const all = Array.from({ length: 8 }, () => contender(states));
    const claimed = await Promise.all(all.map(({ lease }) => lease.claim()));
    expect(claimed.filter((held) => held)).toHaveLength(1);
    expect(states.documents.size).toBe(1);
  });

  it('costs no call to the store while its holder is sure of it', async () => {
    const { states, first } = world();
    await first.lease.claim();
    states.isAway = true;
    expect(await first.lease.claim()).toBe(true);
  });

  it('stays with a holder that lives, however long the other waits', async () => {
    const { first, second, heldAfterMs } = world();
    await first.lease.claim();
    expect(await heldAfterMs(second, 60_000)).toBeUndefined();
    expect(await first.lease.claim()).toBe(true);
    expect(first.lease.number).toBe(1);
  });

  it('is taken again at once by whoever left it behind while the store was away, and by nobody else', async () => {
    const states = new MemoryStates();
    const first = contender(states, 'one');
    await first.lease.claim();
    states.isAway = true;
    await first.lease.release();
    states.isAway = false;
    expect(await contender(states, 'two').lease.claim()).toBe(false);
    expect(await contender(states).lease.claim()).toBe(false);
    const again = contender(states, 'one');
    expect(await again.lease.claim()).toBe(true);
    expect(again.lease.number).toBe(2);
  });

  it('is taken over from a holder that died, within ten seconds and not before six', async () => {
    const { first, second, heldAfterMs } = world();
    await first.lease.claim();
    first.timing.pause();
    const afterMs = await heldAfterMs(second, 60_000);
    expect(afterMs).toBeGreaterThanOrEqual(takeoverMs);
    expect(afterMs).toBeLessThan(10_000);
    expect(second.lease.number).toBe(2);
  });

  it('is free at once when its holder has released it', async () => {
    const { first, second, pass, heldAfterMs } = world();
    await first.lease.claim();
    expect(await second.lease.claim()).toBe(false);
    await pass(1_000);
    await first.lease.release();
    expect(await heldAfterMs(second, 60_000)).toBe(0);
  });

  it('is lost to a holder that slept, before it writes anything', async () => {
    const { first, second, heldAfterMs } = world();
    await first.lease.claim();
    first.timing.pause();
    await heldAfterMs(second, 60_000);
    first.timing.wake();
    expect(await first.lease.claim()).toBe(false);
    expect(await first.lease.write({}, { writing: 9 })).toBe(false);
    expect(second.lease.number).toBe(2);
  });

  it('is still held by a holder that slept and was not taken for dead', async () => {
    const { first, second, pass } = world();
    await first.lease.claim();
    await second.lease.claim();
    first.timing.pause();
    await pass(takeoverMs - 1_000);
    first.timing.wake();
    expect(await first.lease.claim()).toBe(true);
    await pass(3_000);
    expect(await second.lease.claim()).toBe(false);
  });

  it('begins where the holder before has come to, also after it was looked at', async () => {
    const { states, first, second, heldAfterMs } = world();
    await first.lease.claim();
    await first.lease.write({}, { position: 41, writing: 41 });
    first.timing.pause();
    const insert = states.insert.bind(states);
    // The write that was on its way when its sender was paused arrives when the other has just looked.
    states.insert = async (document) => {
      await states.update('p.1#1', {}, { position: 42, writing: 42 });
      return insert(document);
    };
    await heldAfterMs(second, 60_000);
    expect((await states.read('p')).position(1)).toBe(42);
    expect(await second.lease.write({ position: 42 }, { writing: 50 })).toBe(true);
    expect([...states.documents.keys()]).toEqual(['p.1#2']);
  });

  it('is not thought to be held because a number that was taken over long ago could be inserted again', async () => {
    const { states, first, second, heldAfterMs } = world();
    await first.lease.claim();
    first.timing.pause();
    const late = contender(states);
    const insert = states.insert.bind(states);
    let inserted: Promise<void> | undefined;
    states.insert = (document) => {
      states.insert = insert;
      // Between the look and the insertion of one, another takes over and is taken over from.
      inserted = (async () => {
        await heldAfterMs(second, 60_000);
        await second.lease.release();
        await contender(states).lease.claim();
      })();
      return inserted.then(() => insert(document));
    };
    for (let passed = 0; passed < 10_000 && inserted === undefined; passed += 200) {
      await late.lease.claim();
      await late.timing.pass(200);
    }
    await inserted;
    expect(await late.lease.claim()).toBe(false);
    expect((await states.read('p')).writers(1).map(({ number }) => number)).toEqual([3]);
  });

  it('is given back by one that cannot tell whether it has it', async () => {
    const { states, first, second, heldAfterMs } = world();
    const read = states.read.bind(states);
    let reads = 0;
    states.read = async (projection) => {
      reads += 1;
      if (reads === 2) throw new StoreUnavailable('read model', 'is away', 'Wait.');
      return read(projection);
    };
    await expect(first.lease.claim()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await heldAfterMs(second, 1_000)).toBe(0);
  });

  it('of however many that pause and wake, one at a time is the last there is', async () => {
    const step = fc.tuple(fc.nat(2), fc.constantFrom(...Object.values(deeds)), fc.nat(8_000));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const states = new MemoryStates();
        const all = [contender(states), contender(states), contender(states)] as const;
        for (const [index, deed, ms] of steps) {
          await deed(all[index as 0 | 1 | 2]);
          for (let passed = 0; passed < ms; passed += 500)
            await Promise.all(all.map(({ timing }) => timing.pass(500)));
          expect(await writersIn(states, all)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 30 },
    );
  });
});

type Contender = ReturnType<typeof contender>;

const deeds = {
  claim: ({ lease }: Contender) => lease.claim(),
  release: ({ lease }: Contender) => lease.release(),
  pause: async ({ timing }: Contender) => timing.pause(),
  wake: async ({ timing }: Contender) => timing.wake(),
};

/** How many would go on with a commit now. */
async function writersIn(states: MemoryStates, all: readonly Contender[]): Promise<number> {
  const state = await states.read('p');
  const written = await Promise.all(all.map(({ lease }) => lease.write({}, {})));
  return all.filter(({ lease }, index) => written[index] === true && lease.isLastIn(state)).length;
}
