import { beforeAll, describe, expect, test } from 'vitest';
import { playOn } from '../equivalence/equivalence.ts';
import type { Outcome } from '../equivalence/run-script.ts';
import { servers } from '../support/test-servers.ts';
import { combinations, isThere } from './combination.ts';

/** `npm run test:equiv` plays 10,000. */
const script = { seed: 20_260_131, commands: 600 };

const [plainest, ...others] = combinations;
let wanted: Outcome;

beforeAll(async () => {
  if (plainest === undefined) throw new Error('there is nothing to compare with');
  wanted = await playOn(plainest, servers(), script);
});

test('the script has all that can become of a command, conflicts between two processes included', () => {
  const { executed, replayed, refused } = wanted.counts;
  expect(Math.min(executed, replayed, refused, wanted.counts['key-reused'])).toBeGreaterThan(0);
  expect(wanted.counts['conflict-retried']).toBeGreaterThan(10);
  expect(Object.keys(wanted.statuses).map(Number)).toEqual(
    expect.arrayContaining([200, 201, 400, 404, 409, 412, 422]),
  );
});

test('another script is told apart by every digest', async () => {
  if (plainest === undefined) throw new Error('there is nothing to compare with');
  const other = await playOn(plainest, servers(), { ...script, seed: script.seed + 1 });
  for (const digest of ['replies', 'documents', 'events'] as const)
    expect(other[digest]).not.toBe(wanted[digest]);
});

for (const combination of others) {
  describe.skipIf(!isThere(combination, servers()))(combination.title, () => {
    test('answers a script of commands and questions like all others, and keeps the same', async () => {
      expect(await playOn(combination, servers(), script)).toEqual(wanted);
    });
  });
}
