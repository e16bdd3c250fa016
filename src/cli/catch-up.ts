import type { Ledger } from '../main.ts';
import { projections } from '../projections/registry.ts';
import { Projector } from '../projections/runner.ts';

/** Brings the read models up to the log, beside a running projector or without one. */
export async function catchUp(ledger: Ledger): Promise<void> {
  const projector = new Projector({ ...ledger, projections, onCommitted: () => {} });
  await projector.start();
  await projector.reached(await ledger.store.head());
  await projector.stop();
}
