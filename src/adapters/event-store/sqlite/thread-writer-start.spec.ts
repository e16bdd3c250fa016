import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { newEvent } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { openedLog } from '../../../../test/support/store-sqlite.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';

const machine = vi.hoisted(() => ({ refusesThreads: false }));

vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:worker_threads')>();
  class Worker extends original.Worker {
    constructor(...given: ConstructorParameters<typeof original.Worker>) {
      if (machine.refusesThreads) throw new Error('ERR_WORKER_INIT_FAILED: EAGAIN');
      super(...given);
    }
  }
  return { ...original, Worker };
});

test('a machine that refuses another thread refuses appends, and no more than that', async () => {
  const store = openedLog(join(temporaryDirectory(), 'ledger.db'));
  machine.refusesThreads = true;
  const refused = await store.append('order-a', noStream, [newEvent(1)]).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StoreUnavailable);
  expect((refused as StoreUnavailable).message).toContain('EAGAIN');
  machine.refusesThreads = false;
  expect(await store.append('order-a', noStream, [newEvent(2)])).toMatchObject({ revision: 0, position: 1 });
});
