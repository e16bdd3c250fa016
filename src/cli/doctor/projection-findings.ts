import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../../ports/examination.ts';
import type { GenerationRecord, ProjectionShape, ReadModel } from '../../ports/read-model.ts';

/** A projector that runs takes in what is new within this time; where it does not, none runs, or it is far behind. */
const catchUpMsMax = 1_000;
const pauseMs = 100;

const startProjector = 'Start a projector: `ledger serve --role projector`, or all roles.';

/** The generation of each projection that answers queries, by name. */
type Actives = ReadonlyMap<string, GenerationRecord | undefined>;

/**
 * What keeps projections from answering with everything up to `head`, which is undefined where the log cannot be read.
 * Those that are behind get a moment to show that somebody works on them.
 */
export async function projectionFindings(
  readModel: Pick<ReadModel, 'projections'>,
  shapes: readonly ProjectionShape[],
  head = 0,
): Promise<readonly Finding[]> {
  const first = await activesOf(readModel);
  let last = first;
  for (
    let waitedMs = 0;
    waitedMs < catchUpMsMax && shapes.some(({ name }) => isBehind(last.get(name), head));
  ) {
    await sleep(pauseMs);
    waitedMs += pauseMs;
    last = await activesOf(readModel);
  }
  return shapes.flatMap((shape) => [
    ...conditionOf(shape, last.get(shape.name)),
    ...progressOf(shape, first.get(shape.name), last.get(shape.name), head),
  ]);
}

async function activesOf(readModel: Pick<ReadModel, 'projections'>): Promise<Actives> {
  return new Map((await readModel.projections()).map(({ name, active }) => [name, active]));
}

function isBehind(active: GenerationRecord | undefined, head: number): boolean {
  return active !== undefined && active.halted === undefined && active.position < head;
}

function conditionOf(
  { name, version }: ProjectionShape,
  active: GenerationRecord | undefined,
): readonly Finding[] {
  if (active === undefined) {
    return [{ severity: 'defect', what: `${name} was never built`, remedy: startProjector }];
  }
  if (active.halted !== undefined) {
    const { position, type, error } = active.halted;
    const what = `${name} halted at position ${position} (${type}): ${error}`;
    return [{ severity: 'defect', what, remedy: 'Usually a newer build wrote the event: run that build.' }];
  }
  if (active.version === version) return [];
  const what = `${name} is of version ${active.version}, this build makes version ${version}`;
  return [
    {
      severity: 'warning',
      what,
      remedy: 'A projector of this build rebuilds it; the old one answers meanwhile.',
    },
  ];
}

function progressOf(
  { name }: ProjectionShape,
  first: GenerationRecord | undefined,
  last: GenerationRecord | undefined,
  head: number,
): readonly Finding[] {
  if (last === undefined || !isBehind(last, head)) return [];
  const where = `${name} is at position ${last.position}, the log at ${head}`;
  return last.position > (first?.position ?? 0)
    ? [
        {
          severity: 'warning',
          what: `${where}: it is catching up`,
          remedy: 'Wait: nothing needs to be done.',
        },
      ]
    : [{ severity: 'defect', what: `${where}, and it does not move`, remedy: startProjector }];
}
