import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AppendTooLarge,
  DamagedData,
  OutcomeUnknown,
  StoreUnavailable,
  StreamGone,
  UnreadableEvent,
} from '../domain/kernel/faults.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import { headerOf } from './headers.ts';
import { Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import type { ApiAnswer } from './route.ts';

const json = 'application/json; charset=utf-8';
const problemJson = 'application/problem+json; charset=utf-8';
const retryAfter = { 'retry-after': '1' } as const;

export function sendAnswer(
  reply: FastifyReply,
  requestId: string,
  { status, headers, body }: ApiAnswer,
): void {
  write(reply, requestId, status, headers, json, body);
}

/**
 * Writes an answer by hand, because every command and every query ends here. On all of them: not sniffed, and not kept
 * by anyone on the way.
 */
function write(
  reply: FastifyReply,
  requestId: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  contentType: string,
  body: string | undefined,
): void {
  const list = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff', 'x-request-id', requestId];
  for (const name in headers) list.push(name, headers[name] as string);
  const bytes = body === undefined ? 0 : Buffer.byteLength(body);
  if (body !== undefined) list.push('content-type', contentType, 'content-length', String(bytes));
  reply.hijack();
  reply.raw.writeHead(status, list);
  if (body === undefined) reply.raw.end();
  // As many bytes as characters: all are ASCII, which is the same bytes in Latin-1, and Node writes that faster.
  else reply.raw.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

/** Whose request it was, as far as that is known. */
interface Caller {
  readonly requestId: string;
  readonly subject?: string | undefined;
}

/** Answers whatever went wrong as a problem, and logs what an operator has to know. Answers the status it sent. */
export function sendFault(
  fault: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { ids, logger }: { readonly ids: Ids; readonly logger: Logger },
  caller: Caller = { requestId: requestIdOf(headerOf(request, 'x-request-id'), ids) },
): number {
  const problem = problemOf(fault);
  const { requestId } = caller;
  write(reply, requestId, problem.status, problem.extras.headers ?? {}, problemJson, problem.body(requestId));
  // Afterwards, so that what is logged and what is not cannot be told apart by the time an answer takes.
  log(problem, fault, request, caller, logger);
  return problem.status;
}

function problemOf(fault: unknown): Problem {
  if (fault instanceof Problem) return fault;
  if (fault instanceof OutcomeUnknown) {
    const detail = 'It may have been recorded. Send the same request with the same key again.';
    return new Problem('outcome-unknown', detail, { headers: retryAfter });
  }
  if (fault instanceof StoreUnavailable) {
    const detail = `The ${fault.dependency} cannot be reached; nothing was changed. Try again in a moment.`;
    return new Problem('dependency-unavailable', detail, { headers: retryAfter });
  }
  if (fault instanceof DamagedData) {
    return new Problem('dependency-unavailable', 'Stored data is damaged; an operator has to look at it.', {
      headers: { 'retry-after': '60' },
    });
  }
  if (fault instanceof UnreadableEvent) {
    return new Problem('dependency-unavailable', 'A newer build wrote this; it has to be answered by one.', {
      headers: { 'retry-after': '60' },
    });
  }
  if (fault instanceof AppendTooLarge) {
    return new Problem(
      'payload-too-large',
      'It is more than the event store takes at once. Send less in one request.',
    );
  }
  if (fault instanceof StreamGone) {
    return new Problem('gone', 'It was deleted in the event store; an operator has to look at it.');
  }
  return fromFramework(fault as { readonly statusCode?: number; readonly code?: string });
}

function fromFramework({
  statusCode = 500,
  code,
}: {
  readonly statusCode?: number;
  readonly code?: string;
}): Problem {
  if (statusCode === 413) {
    return new Problem('payload-too-large', 'Send a shorter body, or several requests.', {
      headers: { connection: 'close' },
    });
  }
  if (statusCode === 415)
    return new Problem('unsupported-media-type', 'Send Content-Type: application/json.');
  if (statusCode < 500) {
    // The framework's own words and codes stay inside.
    const badPath = 'Write a % in the path as %25; what is percent-encoded must be UTF-8.';
    const badBody = 'The request cannot be read. Send a body of the length and type that its headers name.';
    return new Problem('validation-failed', code === 'FST_ERR_BAD_URL' ? badPath : badBody);
  }
  return new Problem(
    'internal',
    'The ledger failed; the request id names the log entry. Commands may be sent again with the same key.',
  );
}

function log(
  problem: Problem,
  fault: unknown,
  request: FastifyRequest,
  { requestId, subject }: Caller,
  logger: Logger,
): void {
  // The route and not the path: anything can be written into a path, card numbers and tokens included.
  const { method, routeOptions } = request;
  const fields = { requestId, subject, method, route: routeOptions.url, problem: problem.slug };
  if (problem.slug === 'internal' || fault instanceof DamagedData)
    logger.error({ ...fields, error: stackOf(fault) }, 'request failed');
  else if (fault instanceof StoreUnavailable) {
    logger.warn({ ...fields, error: fault.message, remedy: fault.remedy }, 'dependency unavailable');
  } else if (wentUnanswered(fault)) {
    logger.warn({ ...fields, error: fault.message }, 'request not answered');
  } else if (audited.has(problem.slug) || problem.extras.audit !== undefined) {
    logger.warn(
      { ...fields, audit: true, reason: problem.extras.audit ?? problem.message },
      'request refused',
    );
  }
}

function wentUnanswered(fault: unknown): fault is Error {
  return [OutcomeUnknown, UnreadableEvent, AppendTooLarge, StreamGone].some((kind) => fault instanceof kind);
}

/** Refusals that may be somebody trying doors. */
const audited = new Set(['unauthenticated', 'forbidden', 'idempotency-key-reused', 'rate-limited']);

function stackOf(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}

const malformed = {
  HPE_HEADER_OVERFLOW: new Problem('headers-too-large', 'Send fewer or shorter headers.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem('request-timeout', 'Send the whole request within ten seconds.'),
  NO_HOST: new Problem('validation-failed', 'A request has a Host header (RFC 9112 §3.2).'),
} as const;
const statusLines: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/**
 * Refuses a request without a Host, and whatever was sent behind it. Here and not by Node, which answers it, closes the
 * connection, and still runs the requests that came with it.
 */
export function refuseWithoutHost({ headers, httpVersion, socket }: IncomingMessage): void {
  if (headers.host !== undefined || httpVersion === '1.0') return;
  answerMalformed(Object.assign(new Error('no Host'), { code: 'NO_HOST' }), socket);
}

/** Bytes that are no HTTP request: answered by hand, and the connection closed, so that nothing behind them is read. */
export function answerMalformed(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = malformed[error.code as keyof typeof malformed];
  const problem = known ?? new Problem('validation-failed', 'This is not an HTTP/1.1 request.');
  const body = problem.body('');
  socket.end(
    `HTTP/1.1 ${problem.status} ${statusLines[problem.status]}\r\nConnection: close\r\nContent-Type: ${problemJson}\r\n` +
      `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
