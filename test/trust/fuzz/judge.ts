import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApi, Operation, Schema } from './document.ts';
import { type Draft, headerIn } from './draft.ts';
import { leaksIn } from './leaks.ts';
import type { Answer } from './wire.ts';

/** Complaint about one answer: what kind of promise it breaks, and how. */
export interface Complaint {
  readonly about: 'server fault' | 'problem' | 'schema' | 'header' | 'leak' | 'expectation' | 'undocumented';
  readonly what: string;
}

/** Holds answers against the published document. */
export interface Judge {
  judge(draft: Draft, answer: Answer | undefined): readonly Complaint[];
  /** What is wrong with a refusal that is not of any operation. */
  judgeRefusal(answer: Answer): readonly Complaint[];
  /** Whether the document allows this body, parsed. */
  allowsBody(operation: Operation, value: unknown): boolean;
  allowsQuery(operation: Operation, query: Draft['query']): boolean;
}

const bodyBytesMax = 2 * 1_024 * 1_024;
const problemBytesMax = 16_384;
const problemType = 'application/problem+json; charset=utf-8';
/** What is answered before there is a request: no operation documents these, and they end the connection. */
const beforeRouting = new Set([400, 408, 417, 431]);
/** Complaints about the request itself: none of them may meet a valid one. */
const blamesRequest = new Set([400, 401, 403, 405, 406, 413, 415, 431]);
const safeRequestId = /^[A-Za-z0-9_.:/+=@-]{1,128}$/;
const promisedWith: Readonly<Record<number, string>> = {
  401: 'www-authenticate',
  405: 'allow',
  // Not 429: no time helps where an order or the books have had all the refusals that are recorded.
  503: 'retry-after',
  504: 'retry-after',
};

/** @param places of this machine that no answer may name */
export function createJudge(
  document: OpenApi,
  operations: readonly Operation[],
  places: readonly string[],
): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addFormat('uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  ajv.addFormat('date-time', (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)));
  ajv.addSchema({ ...document, $id: 'openapi' });
  const compiled = new Map<string, ValidateFunction>();
  const problem = validatorOf('#/components/schemas/Problem');

  return { judge, judgeRefusal, allowsBody, allowsQuery };

  function validatorOf(pointer: string): ValidateFunction {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi${pointer}` });
    compiled.set(pointer, known);
    return known;
  }

  function allowsBody({ pointer }: Operation, value: unknown): boolean {
    return validatorOf(`${pointer}/requestBody/content/application~1json/schema`)(value);
  }

  function allowsQuery({ queryParameters }: Operation, query: Draft['query']): boolean {
    const names = query.map(([name]) => name);
    if (new Set(names).size < names.length) return false;
    return query.every(([name, value]) => {
      const schema = queryParameters.find((each) => each.name === name)?.schema;
      return schema !== undefined && validatorFor(schema)(decodeURIComponent(value));
    });
  }

  function validatorFor(schema: Schema): ValidateFunction {
    const text = JSON.stringify(schema);
    const known = compiled.get(text) ?? ajv.compile(schema);
    compiled.set(text, known);
    return known;
  }

  function judge(draft: Draft, answer: Answer | undefined): readonly Complaint[] {
    if (answer === undefined) {
      return draft.mayClose ? [] : [{ about: 'expectation', what: 'closed without an answer' }];
    }
    const route = operations.find(
      ({ method, pattern }) => method === draft.method && pattern.test(draft.path),
    );
    return [
      ...aboutExpectation(draft, answer),
      ...(answer.status >= 400 ? aboutProblem(draft, answer) : []),
      ...aboutRoute(route, answer),
      ...aboutHeaders(draft, answer),
      ...leaksIn(answer, places).map((what) => ({ about: 'leak', what }) as const),
    ];
  }

  function judgeRefusal(answer: Answer): readonly Complaint[] {
    const leaks = leaksIn(answer, places).map((what) => ({ about: 'leak', what }) as const);
    return [...aboutProblem({ method: 'GET' }, answer), ...leaks];
  }

  function aboutProblem(
    { method }: Pick<Draft, 'method'>,
    { status, headers, body }: Answer,
  ): readonly Complaint[] {
    const type = headers.get('content-type')?.join();
    if (type !== problemType) return [{ about: 'problem', what: `${status} is ${type}` }];
    if (method === 'HEAD') return [];
    const parsed = parse(body);
    if (!problem(parsed)) return [{ about: 'problem', what: `${ajv.errorsText(problem.errors)}: ${body}` }];
    const { status: said } = parsed as { readonly status: number };
    if (said !== status) return [{ about: 'problem', what: `says ${said} and is ${status}` }];
    if (body.length > problemBytesMax) return [{ about: 'problem', what: `has ${body.length} characters` }];
    return [];
  }

  function aboutRoute(route: Operation | undefined, { status, headers, body }: Answer): readonly Complaint[] {
    const isBefore = beforeRouting.has(status) && headers.get('connection')?.includes('close') === true;
    if (isBefore) return [];
    if (route === undefined) {
      const isFine = status >= 400 && status < 500;
      return isFine ? [] : [{ about: 'undocumented', what: `${status}, and no operation is there` }];
    }
    const promised = route.responses[status];
    if (promised === undefined)
      return [{ about: 'undocumented', what: `${route.id} documents no ${status}` }];
    const missing = Object.keys(promised.headers ?? {}).filter(
      (name) => name !== 'Idempotent-Replayed' && !headers.has(name.toLowerCase()),
    );
    const complaints: Complaint[] = missing.map((name) => ({ about: 'header', what: `${name} is missing` }));
    if (promised.content === undefined && body !== '')
      complaints.push({ about: 'schema', what: `${status} has a body` });
    if (promised.content !== undefined && status < 400)
      complaints.push(...aboutBody(route, status, headers.get('content-type')?.join() ?? '', body));
    return complaints;
  }

  function aboutBody(route: Operation, status: number, type: string, body: string): readonly Complaint[] {
    if (type !== 'application/json; charset=utf-8')
      return [{ about: 'schema', what: `${status} is ${type}` }];
    if (body.length > bodyBytesMax) return [{ about: 'schema', what: `${body.length} characters` }];
    const validate = validatorOf(`${route.pointer}/responses/${status}/content/application~1json/schema`);
    if (validate(parse(body))) return [];
    return [{ about: 'schema', what: `${ajv.errorsText(validate.errors)}: ${body.slice(0, 600)}` }];
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function aboutExpectation({ expected }: Draft, { status }: Answer): readonly Complaint[] {
  // A read that insists on a position may be answered that it is not there yet: that is what 504 is for.
  if (status >= 500 && status !== 504) return [{ about: 'server fault', what: `${status}` }];
  const meets =
    expected === 'any' ||
    (expected === 'valid' && !blamesRequest.has(status)) ||
    (expected === 'refused' && status >= 400) ||
    (Array.isArray(expected) && expected.includes(status));
  return meets ? [] : [{ about: 'expectation', what: `${status} and not ${expected}` }];
}

function aboutHeaders(draft: Draft, { status, headers }: Answer): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const want = (holds: boolean, what: string) => {
    if (!holds) complaints.push({ about: 'header', what });
  };
  const companion = promisedWith[status];
  if (companion !== undefined) want(headers.has(companion), `${status} without ${companion}`);
  want(headers.get('x-content-type-options')?.join() === 'nosniff', 'not nosniff');
  for (const [name, values] of headers) want(values.length === 1, `${name} comes ${values.length} times`);
  const id = headers.get('x-request-id')?.join();
  if (id === undefined) {
    want(beforeRouting.has(status), 'X-Request-Id is missing');
    return complaints;
  }
  want(safeRequestId.test(id), `X-Request-Id is ${id}`);
  want(headers.get('cache-control')?.join() === 'no-store', 'may be kept by caches');
  const sent = draft.headers.filter(([name]) => name.toLowerCase() === 'x-request-id');
  const own = headerIn(draft, 'x-request-id');
  // A request id of ours is marked, so that one that was altered on purpose is not asked for.
  if (sent.length === 1 && own !== undefined && /^fuzz-\d+-\d+$/.test(own))
    want(id === own, `${own} came back as ${id}`);
  if (status === 504)
    want(headerIn(draft, 'ledger-position') !== undefined, '504 without a position asked for');
  return complaints;
}
