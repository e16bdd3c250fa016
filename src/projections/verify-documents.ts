import type { EventStore } from '../ports/event-store.ts';
import type { ReadModel } from '../ports/read-model.ts';
import { type Compared, type Difference, differences } from './compare.ts';
import type { Defect, Tell } from './defect.ts';
import type { AnyProjection } from './projection.ts';

/**
 * Compares the live generation of a projection with a fresh fold of the log, as far as both reach. One made by another
 * version is passed over: it is about to be rebuilt.
 */
export async function verifyDocuments(
  projection: AnyProjection,
  fresh: Compared,
  { readModel, store }: { readonly readModel: ReadModel; readonly store: EventStore },
  tell: Tell,
): Promise<void> {
  const { active } = (await readModel.projections()).find(({ name }) => name === projection.name) ?? {};
  if (active === undefined || active.version !== projection.version) return;
  const generation = await readModel.open(projection, active.generation);
  const live = { generation, position: active.position };
  try {
    const head = await store.head();
    if (live.position > head) await tellCutTail(projection, live, head, tell);
    for await (const difference of differences(fresh, live)) {
      const { id, first, second } = difference;
      const place = placeOf(projection, id, second?.body ?? first?.body);
      tell({ ...place, problem: `document ${id} ${describe(difference)}` });
    }
  } finally {
    await generation.close();
  }
}

/** A projection that has seen more than there is, and its documents that hold events the log does not have any more. */
async function tellCutTail(
  projection: AnyProjection,
  { generation, position: seen }: Compared,
  head: number,
  tell: Tell,
): Promise<void> {
  const ahead = `has seen position ${seen}, the log ends at ${head}: its tail was cut off, or an older log was put back`;
  tell({ projection: projection.name, position: seen, problem: ahead });
  for await (const { id, position, body } of generation.documents()) {
    if (position <= head) continue;
    const problem = `the document has an event of position ${position}, the log ends at ${head}: its tail was cut off`;
    tell({ ...placeOf(projection, id, body), position, problem });
  }
}

/** A document of one stream is named by that stream, and by the revision it has reached. */
function placeOf(
  { name, category, keys }: AnyProjection,
  id: string,
  body: string | undefined,
): Partial<Defect> {
  if (keys !== 'stream') return { projection: name };
  const { revision }: { readonly revision?: number } = JSON.parse(body ?? '{}');
  return { projection: name, stream: `${category}-${id}`, ...(revision !== undefined && { revision }) };
}

/** `first` is what the log gives, `second` what the live generation holds. */
function describe({ kind, first, second }: Difference): string {
  if (kind === 'missing') return 'is there, and the log gives none';
  if (kind === 'surplus') return 'is missing';
  const [fresh, live] = [first, second].map((document) => membersOf(document?.body));
  const names = [...new Set([...Object.keys(fresh ?? {}), ...Object.keys(live ?? {})])];
  const differing = names.filter((name) => JSON.stringify(fresh?.[name]) !== JSON.stringify(live?.[name]));
  const [inLog, inDocument] = [fresh?.['revision'], live?.['revision']];
  const revisions = inLog === inDocument ? '' : ` (log: revision ${inLog}, document: revision ${inDocument})`;
  return `differs from what the log gives in ${differing.join(', ') || 'its position'}${revisions}`;
}

function membersOf(body: string | undefined): Record<string, unknown> {
  return JSON.parse(body ?? '{}');
}
