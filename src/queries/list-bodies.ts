import type { ListQuery, ProjectionReader } from '../ports/read-model.ts';
import type { Moment } from './settled.ts';

/** Where documents can be listed. */
export type Lists = Pick<ProjectionReader, 'list'>;

const documentsFirst = 16;
const documentsMax = 256;

/** Bodies page by page. The values they are ordered by are unique, so that each page begins where the last one ended. */
export async function* bodies(
  lists: Lists,
  query: Omit<ListQuery, 'after' | 'countMax'>,
  moment: Moment,
): AsyncIterable<string> {
  let countMax = documentsFirst;
  for (let to = query.to; ; ) {
    const { documents, asOf } = await lists.list({ ...query, ...(to !== undefined && { to }), countMax });
    moment.reached(asOf);
    for (const { body } of documents) yield body;
    if (documents.length < countMax) return;
    to = documents.at(-1)?.place.value;
    // Whoever has read so much is likely to want it all.
    countMax = Math.min(countMax * 4, documentsMax);
  }
}
