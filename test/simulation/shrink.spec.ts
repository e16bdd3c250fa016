import { expect, test } from 'vitest';
import { type Narrowing, removable, shrink, worldOf } from './shrink.ts';

const whole = Array.from({ length: 64 }, (_, index) => index);

/** Violated as long as these are left. */
const needs = (steps: readonly number[], faults: readonly string[]) => async (left: Narrowing) =>
  steps.every((step) => left.steps?.includes(step)) && !faults.some((fault) => left.without.includes(fault));

test('what is not needed to show it is left out: steps first, then faults', async () => {
  const { steps, without } = await shrink(whole, needs([7, 31, 32], ['late', 'pauses']));
  expect(steps).toEqual([7, 31, 32]);
  expect(new Set(without)).toEqual(new Set(removable.filter((name) => name !== 'late' && name !== 'pauses')));
});

test('what needs everything stays as it is', async () => {
  const { steps, without } = await shrink(whole.slice(0, 8), needs(whole.slice(0, 8), removable));
  expect(steps).toEqual(whole.slice(0, 8));
  expect(without).toEqual([]);
});

test('what is left of a world has no more than was asked for', () => {
  const { script, swarm } = worldOf(1, 100, { steps: [3, 5], without: ['slow', 'more-nodes'] });
  expect(script.map(({ number }) => number)).toEqual([3, 5]);
  expect(swarm.nodes).toBe(1);
  expect(swarm.rates).not.toHaveProperty('slow');
});
