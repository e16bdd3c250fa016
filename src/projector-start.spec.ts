import { expect, test } from 'vitest';
import { createManualClock, settle } from '../test/support/http-manual-clock.ts';
import { DamagedData, StoreUnavailable } from './domain/kernel/faults.ts';
import { startWhenThere } from './projector-start.ts';

/** Something that starts when `isThere`, and otherwise fails as `fault` says. */
function given() {
  const world = { isThere: false, attempts: 0, fault: away('no connection') as Error };
  const logged: string[] = [];
  const clock = createManualClock();
  const log = (level: string) => (_fields: object, message: string) =>
    void logged.push(`${level} ${message}`);
  const starting = startWhenThere(
    async () => {
      world.attempts += 1;
      if (!world.isThere) throw world.fault;
    },
    {
      clock,
      ids: { uuid: () => '', fraction: () => 0.5 },
      logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    },
  );
  return { world, logged, clock, starting };
}

function away(why: string): StoreUnavailable {
  return new StoreUnavailable('event store', why, 'Start it.');
}

test('the first attempt is told of, though it failed', async () => {
  const { starting } = given();
  await starting.tried;
  expect(starting.isStarted()).toBe(false);
  starting.giveUp();
});

test('it starts by itself within a second of the store coming back, however long that was away', async () => {
  const { world, starting, clock } = given();
  await clock.pass(60_000);
  expect(world.attempts).toBeLessThan(120);
  world.isThere = true;
  await clock.pass(1_000);
  await starting.started;
  expect(starting.isStarted()).toBe(true);
});

test('what is waited for is said once, again when it is something else, and when it is over', async () => {
  const { world, logged, clock } = given();
  await clock.pass(5_000);
  world.fault = away('no answer within 2000 ms');
  await clock.pass(5_000);
  world.isThere = true;
  await clock.pass(2_000);
  expect(logged).toEqual([
    'warn projections wait for a store',
    'warn projections wait for a store',
    'info projections have started',
  ]);
});

test('what waiting cannot mend is not waited for, at the first attempt or later', async () => {
  const { world, starting, clock } = given();
  await clock.pass(1_000);
  const ended = starting.started.catch((error: unknown) => error);
  world.fault = new DamagedData('an older log was put back');
  await clock.pass(1_000);
  expect(await ended).toBe(world.fault);
  const { attempts } = world;
  await clock.pass(5_000);
  expect(world.attempts).toBe(attempts);
});

test('once given up, it makes no attempt more', async () => {
  const { world, starting, clock } = given();
  await settle();
  starting.giveUp();
  world.isThere = true;
  await clock.pass(2_000);
  await starting.started;
  expect([world.attempts, starting.isStarted()]).toEqual([1, false]);
});
