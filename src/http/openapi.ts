import { z } from 'zod';
import { type ProblemSlug, problems } from './problem.ts';
import type { Route } from './route.ts';
import { scopes } from './scopes.ts';

interface JsonSchema {
  readonly [name: string]: unknown;
}

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('Id of the request that was first answered so.'),
    code: z.string().optional().describe('Which rule refused a command; see docs/refusals.md.'),
    errors: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .optional()
      .describe('Complaints about the input, by JSON pointer.'),
  })
  .meta({ id: 'Problem' });

const description = `Orders and payments as an append-only ledger of events.

**Retrying.** Every POST takes an Idempotency-Key. The same key with the same body is answered as the first time, for
ever: keys never expire. The same key with another body is refused with 422. A refusal by the
rules of the order (409, or 422 with a \`code\`) is recorded with its key and stays a refusal, even after the order has changed.
Every other 4xx records nothing: correct the request, or wait, and send it again with the same key. After a 5xx, or no answer
at all, it may have been done: send the same key to find out. A key belongs to one caller, one path and one method.

**Reading your writes.** Commands answer a Ledger-Position. Send it with a read, and the answer is at least that new.

**Money** is integer minor units with an ISO 4217 code. Unknown members are refused; nothing is coerced.`;

/** The OpenAPI 3.1 document of these operations, made from the very schemas that check requests. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const schemas: Record<string, JsonSchema> = {};
  const convert = (schema: z.ZodType, io: 'input' | 'output') => jsonSchemaOf(schema, io, schemas);
  convert(problemSchema, 'output');
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, convert) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Order ledger', version, description },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `RS256 access token. Scopes: ${Object.entries(scopes)
            .map(([scope, allows]) => `\`${scope}\` ${allows}`)
            .join('; ')}.`,
        },
      },
      schemas,
    },
  };
}

type Convert = (schema: z.ZodType, io: 'input' | 'output') => JsonSchema;

function operationOf(route: Route, convert: Convert): object {
  const isCommand = route.method === 'POST';
  const isSigned = route.signature !== undefined;
  return {
    operationId: route.operationId,
    tags: [isSigned ? 'Webhooks' : isCommand ? 'Commands' : 'Queries'],
    summary: route.summary,
    description: [route.description, isSigned ? '' : `Scope: ${route.scopes.join(' or ')}.`]
      .filter(Boolean)
      .join(' '),
    // No token: the signature says who it is.
    ...(isSigned && { security: [] }),
    parameters: [
      ...parametersIn('path', route.params, convert),
      ...parametersIn('query', route.query, convert),
      ...headersOf(route),
    ],
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: convert(route.body, 'input') } },
      },
    }),
    responses: {
      ...successes(route, convert),
      ...(!isCommand && { 304: { description: 'The caller has this version already.' } }),
      ...problemResponses([...route.problems, ...always.filter((slug) => !isSigned || slug !== 'forbidden')]),
    },
  };
}

/** Where a dry run has the status of the operation itself, the body is one or the other. */
function successes({ method, success, dryRun, signature }: Route, convert: Convert): Record<number, object> {
  const answered = method === 'POST' ? commandAnswerHeaders(success.status) : queryAnswerHeaders;
  const headers = signature === undefined ? answered : {};
  const schema = convert(success.schema, 'output');
  const { description: text, status } = success;
  if (dryRun === undefined) return { [status]: response(text, headers, schema) };
  const plan = convert(dryRun.schema, 'output');
  if (status !== 200) {
    return {
      [status]: response(text, headers, schema),
      200: response(dryRun.description, commandAnswerHeaders(200), plan),
    };
  }
  return { 200: response(`${text} ${dryRun.description}`, headers, { anyOf: [schema, plan] }) };
}

function response(text: string, headers: object, schema: JsonSchema): object {
  return { description: text, headers, content: { 'application/json': { schema } } };
}

/** Any operation may answer these. */
const always: readonly ProblemSlug[] = [
  'unauthenticated',
  'forbidden',
  'not-acceptable',
  'rate-limited',
  'internal',
  'dependency-unavailable',
];

function problemResponses(slugs: readonly ProblemSlug[]): Record<string, object> {
  const byStatus = Object.groupBy(slugs, (slug) => String(problems[slug].status));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, same = []]) => [
      status,
      {
        description: same.map((slug) => `\`${slug}\`: ${problems[slug].title}.`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  convert: Convert,
): readonly object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = convert(schema, 'input') as {
    readonly properties?: Record<string, JsonSchema>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description: text, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(text !== undefined && { description: text }),
    schema: property,
  }));
}

/** Named schemas are moved to the components, once. */
function jsonSchemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  schemas: Record<string, JsonSchema>,
): JsonSchema {
  const text = JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
  const {
    $schema: _,
    $defs = {},
    id: __,
    ...own
  } = JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/'));
  for (const [name, { id: ___, ...definition }] of Object.entries<JsonSchema>($defs))
    schemas[name] ??= definition;
  const named = schema.meta()?.id;
  if (named === undefined) return own;
  schemas[named] ??= own;
  return { $ref: `#/components/schemas/${named}` };
}

/** @param pattern what does not match it is refused */
function header(name: string, text: string, pattern?: string, required = false): object {
  const schema = { type: 'string', ...(pattern !== undefined && { pattern }) };
  return { name, in: 'header', required, description: text, schema };
}

const requestIdHeader = header(
  'X-Request-Id',
  'Your id for this request: 1–128 safe characters, echoed and stored.',
  '^[A-Za-z0-9_.:/+=@-]{1,128}$',
);

function headersOf({ method, signature }: Route): readonly object[] {
  if (signature !== undefined)
    return [header(signature.header, signature.description, undefined, true), requestIdHeader];
  return method === 'POST' ? commandHeaders : queryHeaders;
}

const commandHeaders = [
  header(
    'Idempotency-Key',
    'A quoted string of 8–255 printable ASCII characters, best a UUID of your own. Never expires.',
    // As a string of RFC 8941, or the same characters bare as far as they need no quotes.
    '^(?:"(?:[ !#-\\[\\]-~]|\\\\["\\\\]){8,255}"|[!#-+\\--:<-\\[\\]-~]{8,255})$',
    true,
  ),
  header('If-Match', 'Only if the order is at this revision: an ETag answered before.', '^"[0-9]{1,15}"$'),
  header(
    'Prefer',
    '`wait=N`, at most 2 seconds: rather wait for the answer of a payment provider than hear that there is none yet.',
  ),
  requestIdHeader,
];

const queryHeaders = [
  header('Ledger-Position', 'Answer something at least this new, or 504 after two seconds.', '^[0-9]{1,15}$'),
  header('If-None-Match', 'An ETag answered before: 304 if nothing has changed.'),
  requestIdHeader,
];

function answerHeader(text: string): object {
  return { description: text, schema: { type: 'string' } };
}

const etag = answerHeader('Version of the body.');
const position = answerHeader('Position of the ledger the answer holds for.');

function commandAnswerHeaders(status: number): object {
  return {
    ETag: etag,
    'Ledger-Position': position,
    'Idempotent-Replayed': answerHeader('`true` when the key was known and the first answer is repeated.'),
    ...(status === 201 && { Location: answerHeader('Path of what was created.') }),
  };
}

const queryAnswerHeaders = {
  ETag: etag,
  'Ledger-Position': position,
  'X-Cache': answerHeader('HIT or MISS.'),
};
