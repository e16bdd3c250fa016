import { z } from 'zod';

interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Observed {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The published document, held against what the service really answers. */
export interface Contract {
  readonly document: OpenApi;
  /** `operationId status`, as often as it was observed. */
  readonly seen: ReadonlyMap<string, number>;
  /** @throws when the reply is not one the document promises. */
  check(method: string, path: string, reply: Observed): void;
}

export async function fetchContract(url: string): Promise<Contract> {
  return createContract((await (await fetch(`${url}/openapi.json`)).json()) as OpenApi);
}

export function createContract(document: OpenApi): Contract {
  const seen = new Map<string, number>();
  const validators = new Map<object, z.ZodType>();
  const routes = Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      operation,
    })),
  );
  const problem = document.components.schemas['Problem'] ?? {};

  return { document, seen, check };

  function check(method: string, path: string, reply: Observed): void {
    const [bare = ''] = path.split('?');
    const route = routes.find((each) => each.method === method && each.pattern.test(bare));
    if (reply.status >= 400 && reply.status !== 503) checkProblem(`${method} ${bare}`, reply);
    if (route === undefined) return;
    const { operationId, responses } = route.operation;
    const name = `${operationId} ${reply.status}`;
    const promised = responses[reply.status];
    if (promised === undefined) throw new Error(`${name} is not in the document: ${reply.text}`);
    seen.set(name, (seen.get(name) ?? 0) + 1);
    const missing = Object.keys(promised.headers ?? {}).filter((header) => !reply.headers.has(header));
    if (missing.some((header) => header !== 'Idempotent-Replayed'))
      throw new Error(`${name} lacks ${missing}`);
    checkContent(name, promised.content, reply);
  }

  function checkContent(name: string, content: Response['content'], reply: Observed): void {
    if (content === undefined) {
      if (reply.text !== '') throw new Error(`${name} has a body`);
      return;
    }
    const [type = ''] = (reply.headers.get('content-type') ?? '').split(';');
    const schema = content[type]?.schema;
    if (schema === undefined) throw new Error(`${name} is not promised as ${type}`);
    validate(name, schema, reply.text);
  }

  function checkProblem(name: string, reply: Observed): void {
    const type = reply.headers.get('content-type');
    if (type !== 'application/problem+json; charset=utf-8') throw new Error(`${name} is ${type}, no problem`);
    validate(name, problem, reply.text);
    const { status } = JSON.parse(reply.text) as { readonly status: number };
    if (status !== reply.status) throw new Error(`${name} says ${status} and is ${reply.status}`);
  }

  function validate(name: string, schema: object, text: string): void {
    const parsed = validatorOf(schema).safeParse(JSON.parse(text));
    if (!parsed.success) throw new Error(`${name} is not as documented: ${parsed.error.message} in ${text}`);
  }

  /** Where the schemas of components are is all that OpenAPI and plain JSON Schema disagree on. */
  function validatorOf(schema: object): z.ZodType {
    const known = validators.get(schema);
    if (known !== undefined) return known;
    const whole = JSON.stringify({ ...schema, $defs: document.components.schemas });
    const plain = JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/'));
    const validator = z.fromJSONSchema(plain);
    validators.set(schema, validator);
    return validator;
  }
}
