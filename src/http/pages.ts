import type { FastifyInstance } from 'fastify';
import type { TokenKeys } from '../ports/token-keys.ts';
import type { Authenticate } from './auth.ts';
import { docsPage } from './docs-page.ts';
import { requireAny } from './scopes.ts';

/** How one part is. */
export interface PartHealth {
  readonly name: string;
  readonly status: 'up' | 'down';
  readonly latencyMs: number;
  readonly error?: string;
}

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'draining' | 'unavailable';
  readonly dependencies: readonly PartHealth[];
  readonly projections: readonly object[];
}

export interface PageDependencies {
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<string>;
  /** Where set, /metrics takes a token. */
  readonly metricsNeedToken: boolean;
  readonly authenticate: Authenticate;
  readonly keys: TokenKeys;
  readonly openApi: () => object;
}

const html = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

const prometheus = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } as const;
const plain = { 'x-content-type-options': 'nosniff' } as const;

/** What is not part of the API proper: health, metrics, published keys, documentation. */
export function addPages(server: FastifyInstance, needs: PageDependencies): void {
  const { readiness, metrics, keys, openApi } = needs;
  server.get('/livez', (_request, reply) => reply.headers(plain).send({ status: 'alive' }));

  server.get('/readyz', async (_request, reply) => {
    const state = await readiness();
    const serves = state.status === 'ready' || state.status === 'degraded';
    return reply
      .code(serves ? 200 : 503)
      .headers({ ...plain, 'cache-control': 'no-store' })
      .send(state);
  });

  server.get('/metrics', async (request, reply) => {
    const { authorization } = request.headers;
    if (needs.metricsNeedToken || authorization !== undefined) {
      requireAny(await needs.authenticate(authorization, request.raw.socket), ['ops:read', 'admin']);
    }
    return reply.headers({ ...plain, ...prometheus }).send(await metrics());
  });

  if (keys.published !== undefined) {
    server.get('/.well-known/jwks.json', async (_request, reply) =>
      reply.headers({ ...plain, 'cache-control': 'public, max-age=60' }).send(await keys.published?.()),
    );
  }

  server.get('/openapi.json', (_request, reply) => reply.headers(plain).send(openApi()));
  for (const { path, type, text } of docsPage) {
    server.get(path, (_request, reply) => reply.headers({ ...html, 'content-type': type }).send(text()));
  }
}
