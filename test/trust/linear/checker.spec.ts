import { describe, expect, it } from 'vitest';
import { linearize, Misfit } from './checker.ts';

/** One operation on a register that starts with 0, from one moment to another; `never` where nobody knows how it ended. */
interface RegisterStep {
  readonly does: 'write' | 'read';
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

const never = Number.POSITIVE_INFINITY;
const write = (value: number, from: number, to: number): RegisterStep => ({ does: 'write', value, from, to });
const read = (value: number, from: number, to: number): RegisterStep => ({ does: 'read', value, from, to });
const bits = (steps: readonly RegisterStep[], picked: (step: RegisterStep) => boolean) =>
  steps.reduce((mask, step, number) => (picked(step) ? mask | (1n << BigInt(number)) : mask), 0n);

function check(steps: readonly RegisterStep[], statesMax = 10_000) {
  return linearize<number, RegisterStep>({
    steps,
    before: steps.map(({ from }) => bits(steps, ({ to }) => to < from)),
    optional: bits(steps, ({ to }) => to === never),
    initial: 0,
    apply: (state, { does, value }) => {
      if (does === 'write') return value;
      return value === state ? state : new Misfit(`would read ${state}`);
    },
    isPassive: ({ does }) => does === 'read',
    isLost: () => false,
    keyOf: String,
    statesMax,
  });
}

describe('a search for one order of what was done at the same time', () => {
  it.each<[string, readonly RegisterStep[]]>([
    ['nothing', []],
    ['one after the other', [write(1, 0, 1), read(1, 2, 3)]],
    ['a read during a write that sees it', [write(1, 0, 9), read(1, 2, 3)]],
    ['a read during a write that does not', [write(1, 0, 9), read(0, 2, 3)]],
    [
      'a read of the old, then of the new value, during a write',
      [write(1, 0, 9), read(0, 2, 3), read(1, 4, 5)],
    ],
    [
      'writes at one time, in either order',
      [write(1, 0, 9), write(2, 0, 9), read(1, 10, 11), read(1, 12, 13)],
    ],
    ['a write nobody heard of, in effect much later', [write(1, 0, never), read(0, 1, 2), read(1, 8, 9)]],
    ['a write nobody heard of, never in effect', [write(1, 0, never), read(0, 8, 9)]],
  ])('finds one for %s', (_what, steps) => {
    const verdict = check(steps);
    expect(verdict.kind).toBe('linearizable');
    const required = steps.flatMap(({ to }, number) => (to === never ? [] : [number]));
    expect(verdict.kind === 'linearizable' ? verdict.order : []).toEqual(expect.arrayContaining(required));
  });

  it.each<[string, readonly RegisterStep[]]>([
    ['a read of what is long overwritten', [write(1, 0, 1), read(0, 2, 3)]],
    ['a read of what nobody wrote', [write(1, 0, 9), read(2, 2, 3)]],
    ['a read of the future', [read(1, 0, 1), write(1, 2, 3)]],
    ['reads that go back', [write(1, 0, 9), read(1, 2, 3), read(0, 4, 5)]],
    [
      'readers who disagree on the last write',
      [write(1, 0, 1), write(2, 0, 1), read(1, 2, 3), read(2, 4, 5)],
    ],
    ['a write nobody heard of that comes and goes', [write(1, 0, never), read(1, 1, 2), read(0, 3, 4)]],
    ['a write nobody heard of, before it was sent', [read(1, 0, 1), write(1, 2, never)]],
  ])('finds none for %s', (_what, steps) => {
    expect(check(steps).kind).toBe('not-linearizable');
  });

  it('says how far it got, and why nothing could follow', () => {
    expect(check([write(1, 0, 1), read(0, 2, 3)])).toMatchObject({
      stuck: { order: [0], state: 1, misfits: [{ step: 1, reason: 'would read 1' }] },
    });
  });

  it('goes into no state twice: 12 writes at one time are 2^12 sets of them, not 12! orders', () => {
    const writes = Array.from({ length: 12 }, () => write(7, 0, 9));
    const verdict = check([...writes, read(1, 10, 11)], 2 ** 12 + 1);
    expect(verdict).toMatchObject({ kind: 'not-linearizable' });
    expect(verdict.states).toBeLessThanOrEqual(2 ** 12);
  });

  it('decides nothing where it has to give up', () => {
    const writes = Array.from({ length: 12 }, (_, value) => write(value, 0, 9));
    expect(check([...writes, read(99, 10, 11)], 100).kind).toBe('undecided');
  });

  it('agrees with trying every order, on all that four steps can be', () => {
    let agreed = 0;
    for (const steps of everyFour()) {
      expect(check(steps).kind).toBe(hasOrder(steps) ? 'linearizable' : 'not-linearizable');
      agreed += 1;
    }
    expect(agreed).toBe(4_096);
  });
});

/** Four steps, each one of eight. */
function* everyFour(): Iterable<readonly RegisterStep[]> {
  const make = (code: number, at: number): RegisterStep => {
    const to = (code & 4) === 0 ? at + 0.5 : at + 2.5;
    return { does: (code & 1) === 0 ? 'write' : 'read', value: (code & 2) === 0 ? 1 : 2, from: at, to };
  };
  for (let code = 0; code < 4_096; code++) yield [0, 1, 2, 3].map((at) => make((code >> (3 * at)) & 7, at));
}

/** The definition itself, tried out. */
function hasOrder(steps: readonly RegisterStep[], value = 0): boolean {
  if (steps.length === 0) return true;
  return steps.some((step) => {
    if (steps.some(({ to }) => to < step.from)) return false;
    if (step.does === 'read' && step.value !== value) return false;
    const left = steps.filter((other) => other !== step);
    return hasOrder(left, step.does === 'write' ? step.value : value);
  });
}
