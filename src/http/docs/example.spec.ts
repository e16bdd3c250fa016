import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandRoutes } from '../../commands/command-api.ts';
import { openApiDocument } from '../openapi.ts';

/** The script of the page, which is not TypeScript: what it exports is checked here. */
const { exampleOf, curlOf } = z
  .object({
    exampleOf: z.custom<(schema: unknown, components: unknown) => unknown>(
      (value) => typeof value === 'function',
    ),
    curlOf: z.custom<(method: string, path: string, operation: unknown, components: unknown) => string>(
      (value) => typeof value === 'function',
    ),
  })
  .parse(await import(new URL('example.js', import.meta.url).href));

const routes = commandRoutes({
  handleOrder: () => Promise.reject(new Error('no command is sent here')),
  planOrder: () => Promise.reject(new Error('nor tried')),
  watchOrder: () => Promise.reject(new Error('nor waited for')),
  digest: { uuid5: () => '', sha256: () => '' },
  paidWhen: 'captured',
  keysLenient: false,
});
const { paths, components } = z
  .object({
    paths: z.record(
      z.string(),
      z.object({
        post: z.looseObject({
          requestBody: z.object({
            content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }),
          }),
        }),
      }),
    ),
    components: z.object({ schemas: z.unknown() }),
  })
  .parse(openApiDocument(routes, '0.1.0'));
const commands = routes.map(({ path, body = z.never() }) => ({
  path: path.replaceAll(/:(\w+)/g, '{$1}'),
  body,
}));

describe('the examples of the documentation page', () => {
  it.each(commands)('give a body that $path accepts', ({ path, body }) => {
    const schema = paths[path]?.post.requestBody.content['application/json'].schema;
    const example = exampleOf(schema, components.schemas);
    expect(body.safeParse(example).error).toBeUndefined();
  });

  it('give a curl command with a token, a key of its own and the body', () => {
    Object.assign(globalThis, { location: { origin: 'http://ledger.test' } });
    const path = '/v1/orders/{orderId}/notes';
    const command = curlOf('post', path, paths[path]?.post, components.schemas);
    expect(command).toContain('curl "http://ledger.test/v1/orders/$ORDER/notes"');
    expect(command).toContain('-H "Authorization: Bearer $TOKEN"');
    expect(command).toMatch(/-H 'Idempotency-Key: "[0-9a-f-]{36}"'/);
    expect(command).toContain('Leave it at the door');
  });
});
