import { diceOf } from './dice.ts';
import { type Fault, faults, type Swarm, swarmOf } from './faults.ts';
import { scriptOf } from './script.ts';
import { type Run, runWorld } from './world.ts';

/** What is left of the world that a seed gives: some of its steps, and not all of what makes it hard. */
export interface Narrowing {
  /** Numbers of the steps that are told; all, where it is not said. */
  readonly steps?: readonly number[];
  readonly without: readonly string[];
}

/** What can be taken from a world, one by one, beside its kinds of faults. */
const easier: Readonly<Record<string, Partial<Swarm>>> = {
  pauses: { pauses: false },
  skew: { skewMs: 0 },
  rebuilds: { rebuilds: false },
  'lost-doorbells': { doorbellLoss: 0 },
  'more-nodes': { nodes: 1 },
  'a-small-cache': { cacheEntries: 1_000 },
  'short-memory': { streamsCached: 1_000 },
};
const faulty: readonly string[] = faults.filter((fault) => fault !== 'ok');

/** What `without` may name. */
export const removable: readonly string[] = [...faulty, ...Object.keys(easier)];

const runsMax = 300;

/** The world of a seed, or what is left of it. */
export function worldOf(seed: number, commands: number, narrowing: Narrowing = { without: [] }): Run {
  const swarm = swarmOf(diceOf(seed, 'swarm'), commands);
  const script = scriptOf(diceOf(seed, 'script'), swarm);
  const { steps, without } = narrowing;
  const kept = steps && new Set(steps);
  const rates = Object.fromEntries(
    Object.entries(swarm.rates).filter(([fault]) => !without.includes(fault as Fault)),
  );
  return {
    seed,
    swarm: Object.assign({ ...swarm, rates }, ...without.map((name) => easier[name] ?? {})),
    script: kept === undefined ? script : script.filter(({ number }) => kept.has(number)),
  };
}

/**
 * The least of a violated world that is still violated, as far as it is found: first fewer steps, then fewer kinds of faults
 * (Zeller and Hildebrandt, delta debugging, 2002).
 *
 * @param isViolated whether what is left still shows it
 */
export async function shrink(
  whole: readonly number[],
  isViolated: (narrowing: Narrowing) => Promise<boolean>,
): Promise<Narrowing> {
  let runs = 0;
  let least: { steps: readonly number[]; without: readonly string[] } = { steps: whole, without: [] };
  const tries = async (narrowing: typeof least) => {
    if (runs >= runsMax) return false;
    runs += 1;
    const holds = await isViolated(narrowing);
    if (holds) least = narrowing;
    return holds;
  };
  const shorten = async () => {
    for (let size = least.steps.length >> 1; size >= 1; size >>= 1)
      for (let at = 0; at < least.steps.length; )
        if (!(await tries({ ...least, steps: least.steps.toSpliced(at, size) }))) at += size;
  };
  await shorten();
  for (const name of removable) await tries({ ...least, without: [...least.without, name] });
  // With fewer faults, more can be left unsaid.
  await shorten();
  return least;
}

/** Shrinks the world of a seed. @returns lines that tell it, or `undefined` where nothing is violated */
export async function shrunkWorld(seed: number, commands: number): Promise<readonly string[] | undefined> {
  const whole = worldOf(seed, commands);
  if ((await runWorld(whole)).violations.length === 0) return undefined;
  const least = await shrink(
    whole.script.map(({ number }) => number),
    async (narrowing) => (await runWorld(worldOf(seed, commands, narrowing))).violations.length > 0,
  );
  const world = worldOf(seed, commands, least);
  const { violations } = await runWorld(world);
  const options = [
    `--seed ${seed} --commands ${commands} --steps ${least.steps?.join(',')}`,
    ...(least.without.length > 0 ? [`--without ${least.without.join(',')}`] : []),
  ];
  return [
    `${world.script.length} of ${whole.script.length} steps, faults ${Object.keys(world.swarm.rates).join(', ') || 'none'}:`,
    ...world.script.map(
      ({ number, caller, operation, order, key, body }) =>
        `  ${number} caller ${caller} ${operation} order ${order} key ${key} ${JSON.stringify(body)}`,
    ),
    ...violations.slice(0, 3).map((what) => `  → ${what}`),
    `npm run sim -- --trace ${options.join(' ')}`,
  ];
}
