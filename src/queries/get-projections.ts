import { z } from 'zod';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import type { ProjectionRecord } from '../ports/read-model.ts';
import { answer, headReached, type QueryDependencies } from './query-context.ts';

const position = z.int().min(0);

const projectionsResource = z
  .strictObject({
    items: z.array(
      z.strictObject({
        name: z.string(),
        version: z.int(),
        generation: z.int().describe('The generation that answers queries.'),
        position: position.describe('Everything up to here is in it.'),
        head: position.describe('Where the log ends.'),
        lag: position.describe('Events it has not seen yet; an estimate where positions have gaps.'),
        state: z.enum(['live', 'rebuilding', 'halted']),
        halted: z.strictObject({ position, type: z.string(), error: z.string() }).exactOptional(),
        building: z.strictObject({ generation: z.int(), version: z.int(), position }).exactOptional(),
        previous: z.strictObject({ generation: z.int(), version: z.int(), position }).exactOptional(),
      }),
    ),
  })
  .meta({ id: 'Projections' });

export type ProjectionStatus = z.output<typeof projectionsResource>['items'][number];

export function getProjections(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/projections',
    operationId: 'getProjections',
    summary: 'See how far the projections are',
    scopes: ['ops:read', 'admin'],
    success: { status: 200, schema: projectionsResource, description: 'Every projection, by name.' },
    problems: ['validation-failed', 'projection-behind'],
    handle: (request) => read(request, needs),
  };
}

async function read(request: ApiRequest, needs: QueryDependencies): Promise<ApiAnswer> {
  const { readModel, digest } = needs;
  const head = await headReached(request, needs);
  const items = (await readModel.projections()).flatMap((record) => statusOf(record, head));
  const body = JSON.stringify({ items });
  return answer(request, { body, etag: `"${digest.sha256(body)}"`, asOf: head, cached: false });
}

/** What an operator wants to know of a projection; nothing for one that was never built. */
export function statusOf(
  { name, active, previous, building }: ProjectionRecord,
  head: number,
): ProjectionStatus[] {
  if (active === undefined) return [];
  const { version, generation, halted } = active;
  const state = halted !== undefined ? 'halted' : building !== undefined ? 'rebuilding' : 'live';
  const lag = Math.max(0, head - active.position);
  const status = { name, version, generation, position: active.position, head, lag, state } as const;
  return [
    { ...status, ...(halted && { halted }), ...(building && { building }), ...(previous && { previous }) },
  ];
}
