import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { ProjectionRecord, ReadModel } from '../../src/ports/read-model.ts';
import { type Inventory, inventoryOf } from '../../src/projections/compare.ts';
import type { AnyProjection } from '../../src/projections/projection.ts';
import { projections } from '../../src/projections/registry.ts';
import { type CommittedPage, Projector, type ProjectorDependencies } from '../../src/projections/runner.ts';
import { authorize, cancel, capture, fulfil, note, placeOrder } from './projection-history.ts';
import {
  createProjectionLedger,
  documentsOf,
  eventually,
  everything,
  expectedDocuments,
  type ProjectionLedger,
} from './projection-ledger.ts';

/** A projector under test, and what it has told. */
export interface ProjectorRun {
  readonly projector: Projector;
  readonly committed: CommittedPage[];
  readonly logged: { readonly level: string; readonly fields: object; readonly message: string }[];
}

/** A projector on the stores of the ledger, or on others; not started. */
export function createRun(
  ledger: ProjectionLedger,
  instead: Partial<ProjectorDependencies> = {},
): ProjectorRun {
  const committed: CommittedPage[] = [];
  const logged: ProjectorRun['logged'] = [];
  const projector = new Projector({
    ...ledger,
    projections,
    ids: { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0.5 },
    logger: loggerInto(logged),
    onCommitted: (page) => committed.push(page),
    ...instead,
  });
  return { projector, committed, logged };
}

export async function startRun(
  ledger: ProjectionLedger,
  instead: Partial<ProjectorDependencies> = {},
): Promise<ProjectorRun> {
  const run = createRun(ledger, instead);
  await run.projector.start();
  return run;
}

/** Lets a projector of its own bring the read models up to the log. */
export async function catchUp(
  ledger: ProjectionLedger,
  instead: Partial<ProjectorDependencies> = {},
): Promise<void> {
  const { projector } = await startRun(ledger, instead);
  await projector.reached(await ledger.store.head());
  await projector.stop();
}

/** What is live, and what the log gives by the plain fold. */
export async function liveAndExpected(ledger: ProjectionLedger) {
  return {
    live: await everything((projection) => documentsOf(ledger.readModel, projection)),
    expected: await everything((projection) => expectedDocuments(ledger, projection)),
  };
}

/** Records a few orders in every state there is, their events interleaved. */
export async function recordOrders(ledger: ProjectionLedger, first = 1): Promise<void> {
  const [paid, open, cancelled] = [first, first + 1, first + 2];
  await ledger.run(paid, placeOrder(paid, { note: 'ring' }));
  await ledger.run(open, placeOrder(open), note);
  await ledger.run(cancelled, placeOrder(cancelled), authorize);
  await ledger.refuse(paid);
  await ledger.run(paid, authorize, capture);
  await ledger.run(cancelled, cancel);
  await ledger.run(open, note);
  await ledger.run(paid, fulfil);
}

/** Position every live projection stands at. */
export async function positionsOf(readModel: ReadModel): Promise<readonly number[]> {
  return (await readModel.projections()).map(({ active }) => active?.position ?? 0);
}

/** Waits until every live projection stands there. */
export function standingAt(readModel: ReadModel, position: number): Promise<void> {
  return eventually(`all projections at ${position}`, async () =>
    (await positionsOf(readModel)).every((each) => each === position),
  );
}

function loggerInto(logged: ProjectorRun['logged']): Logger {
  const at = (level: string) => (fields: object, message: string) => {
    logged.push({ level, fields, message });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A ledger with orders in it, all of them projected. */
export async function projectedLedger(): Promise<ProjectionLedger> {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  await recordOrders(ledger, 11);
  await catchUp(ledger);
  return ledger;
}

export async function recordOf(
  { readModel }: ProjectionLedger,
  { name }: AnyProjection,
): Promise<ProjectionRecord> {
  const found = (await readModel.projections()).find((record) => record.name === name);
  return found ?? { name };
}

/** What is live of a projection, in figures. */
export async function inventoryOfActive(
  ledger: ProjectionLedger,
  projection: AnyProjection,
): Promise<Inventory> {
  const { active } = await recordOf(ledger, projection);
  const generation = await ledger.readModel.open(projection, active?.generation ?? 0);
  return inventoryOf(generation, nodeDigest);
}
