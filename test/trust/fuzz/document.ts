/** As much of a JSON Schema as requests are made from. */
export interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Documented {
  readonly operationId: string;
  readonly description: string;
  readonly security?: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

/** The document the service publishes of itself. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One operation, as requests are made of it and answers are judged by it. */
export interface Operation {
  readonly id: string;
  /** Any one of them suffices. */
  readonly scopes: readonly string[];
  readonly method: 'GET' | 'POST';
  /** `/v1/orders/{orderId}` */
  readonly template: string;
  /** Paths that are meant for it. */
  readonly pattern: RegExp;
  readonly pathParameters: readonly Parameter[];
  readonly queryParameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Who signs the body shows no token. */
  readonly isSigned: boolean;
  readonly responses: Documented['responses'];
  /** JSON pointer to it within the document. */
  readonly pointer: string;
}

export async function fetchDocument(url: string): Promise<OpenApi> {
  const response = await fetch(`${url}/openapi.json`);
  return (await response.json()) as OpenApi;
}

export function operationsOf(document: OpenApi): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, documented]) => {
      const { operationId: id, description, parameters, requestBody, responses, security } = documented;
      return {
        id,
        scopes: /Scope: (.+)\.$/.exec(description)?.[1]?.split(' or ') ?? [],
        method: method === 'get' ? 'GET' : 'POST',
        template,
        pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
        pathParameters: parameters.filter((each) => each.in === 'path'),
        queryParameters: parameters.filter((each) => each.in === 'query'),
        body: requestBody?.content['application/json']?.schema,
        isSigned: security?.length === 0,
        responses,
        pointer: `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`,
      };
    }),
  );
}
