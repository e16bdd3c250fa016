import type { Generation, ReadModel } from '../ports/read-model.ts';
import type { AnyProjection } from './projection.ts';

/** The generation that answers queries, opened to be written. */
export interface Live {
  readonly number: number;
  readonly generation: Generation;
}

/** Opens it; where the projection was never built, an empty one goes live first. @throws StoreUnavailable */
export async function openActive(projection: AnyProjection, readModel: ReadModel): Promise<Live> {
  const active = await activeOf(projection.name);
  if (active !== undefined) return active;
  const number = await readModel.startBuild(projection);
  try {
    // Nothing is there to read yet, so an empty generation can go live at once and fill up in the open.
    await readModel.activate(projection, number, async () => {});
  } catch (error) {
    // Another projector may have started at the same time and have been faster.
    const faster = await activeOf(projection.name);
    if (faster === undefined) throw error;
    return faster;
  }
  return { number, generation: await readModel.open(projection, number) };

  async function activeOf(name: string): Promise<Live | undefined> {
    const record = (await readModel.projections()).find((each) => each.name === name);
    if (record?.active === undefined) return undefined;
    const { generation: number } = record.active;
    return { number, generation: await readModel.open(projection, number) };
  }
}
