import { createServer } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { freePort, listenOnFreePort } from '../support/free-port.ts';
import { useWorkspace } from '../support/process.ts';
import { cacheAt, eventStoreAt, readModelAt, throughPort, uniqueNameIn } from '../support/server-places.ts';
import { servers } from '../support/test-servers.ts';

const { directory, run } = useWorkspace();
const { eventStore = '', readModel = '', cache = '' } = servers();
const isComplete = ![eventStore, readModel, cache].includes('');

const finding = z.looseObject({ severity: z.string(), what: z.string() });
const answer = z.object({
  verdict: z.string(),
  tookMs: z.number(),
  dependencies: z.array(z.looseObject({ name: z.string(), state: z.string(), findings: z.array(finding) })),
});

/** Places of their own on the servers of this run. */
function placesOnServers(): Record<string, string> {
  const name = uniqueNameIn(servers());
  return {
    EVENT_STORE: eventStoreAt(eventStore, name),
    READ_MODEL: readModelAt(readModel, name),
    CACHE: cacheAt(cache, name),
  };
}

/** What does not answer in two seconds is down, and on a machine with too much to do that may be anybody. */
const onBusyMachines = { retry: 3 };

describe.runIf(isComplete)('ledger setup and ledger doctor, on servers', onBusyMachines, () => {
  let place = newPlace();

  function newPlace() {
    return { dataDir: directory(), env: placesOnServers() };
  }

  async function examine(changes: Record<string, string> = {}) {
    const env = { ...place.env, ...changes };
    const { code, stdout } = await run(['doctor', '--json'], { ...place, env });
    const { dependencies, verdict, tookMs } = answer.parse(JSON.parse(stdout));
    const states = Object.fromEntries(dependencies.map(({ name, state }) => [name, state]));
    const defects = dependencies
      .flatMap(({ findings }) => findings)
      .filter(({ severity }) => severity === 'defect')
      .map(({ what }) => what);
    return { code, verdict, states, defects, tookMs, stdout };
  }

  beforeEach(async () => {
    place = newPlace();
    await run(['setup', '--wait', '10'], place);
  });

  it('make what is missing, and then find nothing that would have to be mended', async () => {
    const { verdict, states, defects } = await examine();
    expect(defects).toEqual([]);
    expect(verdict).toBe('fine');
    expect(states).toMatchObject({ 'event store': 'up', 'read model': 'up', cache: 'up' });

    const again = await run(['setup'], place);
    expect(again.stdout).toMatch(/^nothing was missing$/m);
    place = newPlace();
    expect((await examine()).states).toMatchObject({ 'event store': 'up', 'read model': 'new' });
  });

  it.each([
    ['event store', 'EVENT_STORE'],
    ['read model', 'READ_MODEL'],
    ['cache', 'CACHE'],
  ])('say that the %s is down, exit 3, and look at the others all the same', async (name, setting) => {
    const withUser = (place.env[setting] ?? '').replace('//', '//someone:swordfish@');
    // Nobody is there; or somebody is, who takes every connection and says nothing.
    const { server, port } = await listenOnFreePort(() => createServer(() => {}));
    onTestFinished(() => void server.close());
    for (const taken of [await freePort(), port])
      await expectDown(name, setting, throughPort(withUser, taken));
  });

  async function expectDown(name: string, setting: string, url: string): Promise<void> {
    const { code, states, tookMs, stdout } = await examine({ [setting]: url });
    expect(code).toBe(3);
    const others = ['event store', 'read model', 'key store', 'cache'].filter((each) => each !== name);
    expect(states[name]).toBe('down');
    expect(others.map((each) => states[each])).toEqual(others.map(() => 'up'));
    expect(stdout).not.toContain('swordfish');
    expect(tookMs).toBeLessThan(2_500);
  }
});
