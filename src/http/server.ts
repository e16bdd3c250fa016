import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { Authenticate, Principal } from './auth.ts';
import { checkAccept, checkContentEncoding, checkContentType, headerOf, pathOf } from './headers.ts';
import { readJson } from './json-body.ts';
import { checkQueryEncoding } from './query-encoding.ts';
import { takeFrom } from './rate-limit.ts';
import { answerMalformed, refuseWithoutHost, sendAnswer, sendFault } from './reply.ts';
import { checkRequestId, requestIdOf } from './request-id.ts';
import type { ApiRequest, Route } from './route.ts';
import { RouteTable } from './route-table.ts';
import { requireAny } from './scopes.ts';
import { validate } from './validate.ts';

/** Told about each request that was answered, after the answer was sent. */
export type Observe = (
  route: Pick<Route, 'method' | 'path'>,
  status: number,
  durationMs: number,
  requestId: string,
) => void;

export interface ServerSettings {
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  readonly trustProxy: boolean;
}

export interface ServerDependencies {
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly observe: Observe;
  readonly addressLimiter?: RateLimiter;
  readonly subjectLimiter?: RateLimiter;
}

/** Whoever signs a body: the route that checks the signature knows who that is. */
const signer: Principal = { subject: 'signer', scopes: new Set() };

const requestMsMax = 10_000;
const headerBytesMax = 16_384;

/**
 * An HTTP server with strict input and limits on everything. Layers, in order: size, token, rate limits, then what the
 * route does (key syntax, body, execution). Routes are added with `addRoute`, plain pages with Fastify's own `get`.
 */
export function createServer(settings: ServerSettings, needs: ServerDependencies): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: settings.bodyBytesMax,
    trustProxy: settings.trustProxy,
    requestTimeout: requestMsMax,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    http: {
      maxHeaderSize: headerBytesMax,
      headersTimeout: requestMsMax,
      connectionsCheckingInterval: 2_000,
      requireHostHeader: false,
      insecureHTTPParser: false,
      // Otherwise a second Authorization or Content-Type is dropped without a word.
      joinDuplicateHeaders: true,
    },
    clientErrorHandler: answerMalformed,
    frameworkErrors: (error, request, reply) => void sendFault(error, request, reply, needs),
  });
  server.server.maxConnections = settings.connectionsMax;
  server.server.prependListener('request', refuseWithoutHost);
  // An expectation nobody here knows is passed over, as RFC 9110 §10.1.1 allows: Node would answer 417, and no problem.
  server.server.on('checkExpectation', (request, response) =>
    server.server.emit('request', request, response),
  );
  server.removeAllContentTypeParsers();
  // Bytes as they came: what they must be is checked after the caller is known, by `readJson`.
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const table = new RouteTable();
  server.setErrorHandler((error, request, reply) => {
    // Fastify misses the body of a QUERY before it finds that nothing here takes one.
    const isMiss = request.is404 && request.method === 'QUERY';
    sendFault(isMiss ? table.miss(pathOf(request)) : error, request, reply, needs);
  });
  server.addHook('onRoute', ({ method, url }) => table.add(method, url));
  server.setNotFoundHandler(
    (request, reply) => void sendFault(table.miss(pathOf(request)), request, reply, needs),
  );
  return server;
}

/** Serves one operation. */
export function addRoute(server: FastifyInstance, route: Route, needs: ServerDependencies): void {
  server.route({
    method: route.method,
    url: route.path,
    handler: (request, reply) => {
      // Answers are written by `reply.ts`: every header of theirs is known, there is nothing left to negotiate.
      reply.hijack();
      void serve(route, request, reply, needs);
    },
  });
}

/** Answers one request, whatever happens; never rejects. */
async function serve(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  needs: ServerDependencies,
): Promise<void> {
  // The connection was ended over a request before this one: nothing behind that is done.
  if (request.raw.socket.writableEnded) return;
  const startedMs = needs.clock.monotonicMs();
  const requestId = requestIdOf(headerOf(request, 'x-request-id'), needs.ids);
  let status: number;
  let subject: string | undefined;
  try {
    if (needs.addressLimiter !== undefined) await takeFrom(needs.addressLimiter, request.ip);
    let principal = signer;
    if (route.signature === undefined) {
      const caller = needs.authenticate(headerOf(request, 'authorization'), request.raw.socket);
      principal = caller instanceof Promise ? await caller : caller;
      subject = principal.subject;
      if (needs.subjectLimiter !== undefined) await takeFrom(needs.subjectLimiter, principal.subject);
      requireAny(principal, route.scopes);
    }
    checkRequestId(headerOf(request, 'x-request-id'), requestId);
    checkAccept(headerOf(request, 'accept'));
    const answer = await route.handle(apiRequest(route, request, requestId, principal));
    status = answer.status;
    sendAnswer(reply, requestId, answer);
  } catch (error) {
    status = sendFault(error, request, reply, needs, { requestId, subject });
  }
  needs.observe(route, status, needs.clock.monotonicMs() - startedMs, requestId);
}

function apiRequest(
  route: Route,
  request: FastifyRequest,
  requestId: string,
  principal: Principal,
): ApiRequest {
  checkQueryEncoding(request.raw.url ?? '');
  const params = request.params as Readonly<Record<string, string>>;
  if (route.params !== undefined) validate(route.params, params, 'path/');
  if (route.query === undefined) refuseParameters(request.query as object);
  return {
    principal,
    requestId,
    params,
    query: request.query as Readonly<Record<string, unknown>>,
    header: (name) => headerOf(request, name),
    body: () => readJson(bytesOf(request)),
    bytes: () => bytesOf(request) ?? Buffer.alloc(0),
  };
}

const noParameters = z.strictObject({});

/** What nobody reads is refused and not overlooked: the caller may count on it. Without Zod where there is nothing. */
function refuseParameters(query: object): void {
  for (const _ in query) validate(noParameters, query, 'query/');
}

/** @throws Problem `unsupported-media-type` for a body that does not claim to be plain JSON */
function bytesOf(request: FastifyRequest): Buffer | undefined {
  const body = request.body as Buffer | undefined;
  if (body !== undefined && body.length > 0) {
    checkContentType(headerOf(request, 'content-type'));
    checkContentEncoding(headerOf(request, 'content-encoding'));
  }
  return body;
}
