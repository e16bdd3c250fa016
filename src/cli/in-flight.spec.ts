import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, succeed: () => resolve(), fail: (why: string) => reject(new Error(why)) };
}

describe('InFlight', () => {
  it('takes on work until the limit is reached, then waits for room', async () => {
    const inFlight = new InFlight(2);
    const [first, second] = [work(), work()];
    await inFlight.add(first.promise);

    let hasRoom = false;
    const adding = inFlight.add(second.promise).then(() => {
      hasRoom = true;
    });
    await Promise.resolve();
    expect(hasRoom).toBe(false);

    first.succeed();
    await adding;
    second.succeed();
    await inFlight.done();
  });

  it('tells at the end of a failure that came while nobody was waiting', async () => {
    const inFlight = new InFlight(10);
    const [first, second] = [work(), work()];
    await inFlight.add(first.promise);
    await inFlight.add(second.promise);

    first.fail('the disk is full');
    second.succeed();
    await first.promise.catch(() => {});
    await second.promise;

    await expect(inFlight.done()).rejects.toThrow('the disk is full');
  });

  it('takes on nothing more after a failure', async () => {
    const inFlight = new InFlight(10);
    const [first, second] = [work(), work()];
    await inFlight.add(first.promise);
    first.fail('the disk is full');
    await first.promise.catch(() => {});
    await Promise.resolve();

    second.succeed();
    await expect(inFlight.add(second.promise)).rejects.toThrow('the disk is full');
  });
});
