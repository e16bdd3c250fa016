import type { Ledger } from '../main.ts';
import { openLedger } from '../main.ts';
import type { Generation } from '../ports/read-model.ts';
import { differences, type Inventory, inventoryOf } from '../projections/compare.ts';
import { PoisonEvent } from '../projections/document-fold.ts';
import type { AnyProjection } from '../projections/projection.ts';
import { type RebuildReport, rebuild } from '../projections/rebuild.ts';
import { projections } from '../projections/registry.ts';
import { type CliCommand, type CliContext, exitCodes, UsageError } from './command.ts';
import { duration, grouped } from './terminal.ts';

interface Difference {
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
}

interface Result extends RebuildReport, Inventory {
  readonly projection: string;
  /** Against the generation that was live; absent where there was none. */
  readonly difference?: Difference;
}

export const rebuildProjections: CliCommand = {
  summary: 'rebuild projections from the log, while the live ones go on answering',
  usage: '<projection|--all> [--dry-run] [--restart]',
  help: `  --all       every projection
  --dry-run   build and compare, then drop what was built
  --restart   start from nothing, even if an unfinished build could be resumed

Builds a new generation beside the live one, compares the two, and switches over in one step. Reads never fail and
never go back in time. Killed, it is resumed by the next run. The generation before is kept for \`ledger rollback\`.

Projections: ${projections.map(({ name }) => name).join(', ')}`,
  options: { all: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, restart: { type: 'boolean' } },
  words: [0, 1],
  run: async (context) => {
    const chosen = choose(context);
    const ledger = await openLedger(context.config, { documents: 'write' });
    try {
      const results: Result[] = [];
      for (const projection of chosen) {
        const result = await rebuildOne(projection, ledger, context);
        results.push(result);
        show(result, context);
      }
      context.terminal.answer({ projections: results });
      return exitCodes.done;
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      const { position, type } = error.event;
      context.terminal.complain(
        `${type} at position ${position} cannot be taken in: ${error.message}. The live generation is untouched.`,
      );
      return exitCodes.no;
    } finally {
      await ledger.close();
    }
  },
};

export function findProjection(name: string): AnyProjection {
  const found = projections.find((projection) => projection.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `There is no projection ${name}; use one of ${projections.map((each) => each.name).join(', ')}.`,
  );
}

function choose({ words: [name], options }: CliContext): readonly AnyProjection[] {
  if ((options['all'] === true) === (name !== undefined))
    throw new UsageError('Name one projection, or say --all.');
  return name === undefined ? projections : [findProjection(name)];
}

async function rebuildOne(
  projection: AnyProjection,
  ledger: Ledger,
  { options, terminal }: CliContext,
): Promise<Result> {
  const { name } = projection;
  const dryRun = options['dry-run'] === true;
  let inventory: Inventory = { documents: 0, digest: '' };
  let difference: Difference | undefined;
  const report = await rebuild(projection, ledger, {
    dryRun,
    restart: options['restart'] === true,
    onProgress: ({ position, head, events, elapsedMs }) =>
      terminal.progress(name.padEnd(16), {
        // The log may have grown since the build began.
        fraction: head === 0 ? 1 : Math.min(1, position / head),
        count: events,
        unit: 'events',
        elapsedMs,
      }),
    inspect: async (built) => {
      terminal.progressDone();
      inventory = await inventoryOf(built, ledger.digest);
      difference = await differenceToLive(projection, built, ledger);
    },
  });
  return { projection: name, ...report, ...inventory, ...(difference && { difference }) };
}

async function differenceToLive(
  projection: AnyProjection,
  built: Generation,
  { readModel }: Ledger,
): Promise<Difference | undefined> {
  const { active } = (await readModel.projections()).find(({ name }) => name === projection.name) ?? {};
  if (active === undefined) return undefined;
  const live = await readModel.open(projection, active.generation);
  try {
    const counts = { missing: 0, surplus: 0, different: 0 };
    const [first, second] = [
      { generation: built, position: await built.position() },
      { generation: live, position: await live.position() },
    ];
    for await (const { kind } of differences(first, second)) counts[kind] += 1;
    return { changed: counts.different, added: counts.surplus, removed: counts.missing };
  } finally {
    await live.close();
  }
}

function show(result: Result, { options, terminal }: CliContext): void {
  const { projection, generation, documents, events, elapsedMs, digest, difference, resumedAt } = result;
  const rate = elapsedMs > 0 ? (events / elapsedMs) * 1_000 : 0;
  const dry = options['dry-run'] === true;
  terminal.line(
    `${terminal.paint('bold', projection)}  generation ${generation} ${dry ? 'built and dropped' : 'is live'}  ${grouped(documents)} documents  ${grouped(events)} events  ${duration(elapsedMs)}  ${grouped(rate)} events/s`,
  );
  if (resumedAt !== undefined) terminal.line(`  resumed at position ${grouped(resumedAt)}`);
  terminal.line(`  digest ${digest || '(no documents)'}`);
  terminal.line(`  ${describe(difference)}`);
}

function describe(difference: Difference | undefined): string {
  if (difference === undefined) return 'there was no live generation to compare with';
  const { changed, added, removed } = difference;
  if (changed + added + removed === 0) return 'no difference to the live generation';
  return `difference to the live generation: ${grouped(changed)} changed, ${grouped(added)} added, ${grouped(removed)} removed`;
}
