import type { ListQuery, ProjectionShape } from '../../../ports/read-model.ts';

export interface Index {
  readonly name: string;
  readonly key: Record<string, 1 | -1>;
}

/** Descending, and ties by id, so that a page is one stretch of the index. */
export function indexesOf({ indexes }: ProjectionShape): readonly Index[] {
  return indexes.map((fields) => ({
    name: `by-${fields.join('-')}`,
    key: { ...Object.fromEntries(fields.map((field) => [pathOf(field), -1 as const])), _id: -1 as const },
  }));
}

/** Field names come from the shape of a projection, never from a request; values are always values. */
export function filterOf({ equals, orderBy, from, to, after }: ListQuery): Record<string, unknown> {
  const order = pathOf(orderBy);
  return {
    ...Object.fromEntries(Object.entries(equals).map(([field, value]) => [pathOf(field), { $eq: value }])),
    $and: [
      // Any text is at least the empty one; what has no text there is not in the list.
      { [order]: { $gte: from ?? '' } },
      ...(to === undefined ? [] : [{ [order]: { $lt: to } }]),
      ...(after === undefined
        ? []
        : [
            // The bound is what the index is entered by; the alternatives only sort out the ties.
            { [order]: { $lte: after.value } },
            { $or: [{ [order]: { $lt: after.value } }, { _id: { $lt: after.tie } }] },
          ]),
    ],
  };
}

export function sortOf({ orderBy }: Pick<ListQuery, 'orderBy'>): Record<string, -1> {
  return { [pathOf(orderBy)]: -1, _id: -1 };
}

function pathOf(field: string): string {
  return `fields.${field}`;
}
