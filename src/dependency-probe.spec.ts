import { expect, test } from 'vitest';
import { createManualClock, settle } from '../test/support/http-manual-clock.ts';
import { createProbe } from './dependency-probe.ts';

/** A dependency that answers when it is told to. */
function given() {
  const clock = createManualClock();
  const logged: string[] = [];
  const asked: PromiseWithResolvers<number>[] = [];
  const log = (_fields: object, message: string) => void logged.push(message);
  const probe = createProbe(
    'event store',
    () => {
      const answer = Promise.withResolvers<number>();
      asked.push(answer);
      return answer.promise;
    },
    { clock, logger: { debug: log, info: log, warn: log, error: log } },
  );
  return { clock, logged, asked, probe };
}

test('an answer says that it is up, how long that took, and what it was', async () => {
  const { probe, asked, clock } = given();
  const probed = probe();
  await clock.pass(20);
  asked[0]?.resolve(7);
  expect(await probed).toEqual({ health: { name: 'event store', status: 'up', latencyMs: 20 }, value: 7 });
});

test('one that says nothing is down within a second, and is not asked again and again', async () => {
  const { probe, asked, clock } = given();
  for (let count = 0; count < 5; count++) {
    const probed = probe();
    await clock.pass(1_000);
    expect(await probed).toMatchObject({ health: { status: 'down' } });
  }
  expect(asked).toHaveLength(1);
});

test('it is up again as soon as it answers', async () => {
  const { probe, asked, clock } = given();
  const silent = probe();
  await clock.pass(1_000);
  await silent;
  asked[0]?.reject(new Error('too late'));
  await settle();
  const again = probe();
  asked[1]?.resolve(8);
  expect(await again).toMatchObject({ health: { status: 'up' }, value: 8 });
});

test('only a change is logged', async () => {
  const { probe, asked, logged } = given();
  for (const isUp of [true, false, false, true, true]) {
    const probed = probe();
    if (isUp) asked.at(-1)?.resolve(1);
    else asked.at(-1)?.reject(new Error('no connection'));
    await probed;
  }
  expect(logged).toEqual(['dependency is down', 'dependency is up']);
});
