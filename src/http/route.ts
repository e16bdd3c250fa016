import type { z } from 'zod';
import type { Json } from '../domain/kernel/canonical-json.ts';
import type { Principal } from './auth.ts';
import type { ProblemSlug } from './problem.ts';
import type { Scope } from './scopes.ts';

/** A request that has passed the gate: its caller is known and allowed, its path parameters are parsed. */
export interface ApiRequest {
  readonly principal: Principal;
  readonly requestId: string;
  readonly params: Readonly<Record<string, string>>;
  /** Query parameters as they were sent: strings, or lists where one was sent twice. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Strictly read JSON; `{}` where there was no body. */
  readonly body: () => Json;
  /** The body as it came, which claims to be JSON where there is any. */
  readonly bytes: () => Buffer;
  readonly header: (name: string) => string | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; none for 304. */
  readonly body?: string;
}

/** One operation: what it takes, who may, what it answers. The server, the documentation and the tests read this. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `/v1/orders/:orderId`; every parameter has a schema in `params`. */
  readonly path: string;
  /** camelCase, unique: names the operation in generated clients. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** Any one of these suffices. */
  readonly scopes: readonly Scope[];
  /** The header in which the caller signs the body instead of showing a token. `handle` is what checks it. */
  readonly signature?: { readonly header: string; readonly description: string };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly success: {
    readonly status: 200 | 201 | 202;
    readonly schema: z.ZodType;
    readonly description: string;
  };
  /** What a dry run answers, with 200. */
  readonly dryRun?: { readonly schema: z.ZodType; readonly description: string };
  readonly problems: readonly ProblemSlug[];
  readonly handle: (request: ApiRequest) => Promise<ApiAnswer> | ApiAnswer;
}
