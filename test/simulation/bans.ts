/** What was used although it is not in the hands of the seed, with where from. */
export type Misuses = ReadonlySet<string>;

/**
 * Takes real time, real chance and real timers away from this process: whoever reaches for them throws and is remembered,
 * because a throw alone might be taken for a fault of a store, and be tried again.
 */
export function banTheOutsideWorld(): Misuses {
  const misuses = new Set<string>();
  const banned = (what: string) => () => {
    const { stack } = new Error(`${what} was used in the simulation, where only its clock and its dice are`);
    misuses.add(String(stack).split('\n').slice(0, 4).join(' '));
    throw new Error(`${what} is banned in the simulation`);
  };
  const RealDate = Date;
  const now = banned('Date.now');
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given) =>
      given.length === 0 ? banned('new Date()')() : Reflect.construct(target, given),
    apply: banned('Date()'),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  Math.random = banned('Math.random');
  for (const name of ['setTimeout', 'setInterval'] as const)
    Object.assign(globalThis, { [name]: banned(name) });
  performance.now = banned('performance.now');
  crypto.randomUUID = banned('crypto.randomUUID');
  crypto.getRandomValues = banned('crypto.getRandomValues');
  return misuses;
}
