import { expect, test } from 'vitest';
import { worldOf } from './shrink.ts';
import { runWorld } from './world.ts';

const commands = 500;

/** What each of them showed is told in docs/TRUST.md. */
const violatedOnce = [222, 540, 894, 1039, 1099];

test.each(violatedOnce)('seed %i, which was violated once, is not any more', async (seed) => {
  const { violations, acknowledged } = await runWorld(worldOf(seed, commands));
  expect(violations).toEqual([]);
  expect(acknowledged).toBeGreaterThan(50);
});

test.each([4, 12])('seed %i is the same world each time, byte for byte', async (seed) => {
  const [one, other] = [await runWorld(worldOf(seed, commands)), await runWorld(worldOf(seed, commands))];
  expect(other.traceHash).toBe(one.traceHash);
  expect(other.digest).toBe(one.digest);
  expect(one.crashes).toBeGreaterThan(0);
});

test('another seed is another world', async () => {
  const [one, other] = [await runWorld(worldOf(4, 50)), await runWorld(worldOf(5, 50))];
  expect(other.traceHash).not.toBe(one.traceHash);
});
