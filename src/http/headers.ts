import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** A header that may be sent once. Node joins repeated ones with ", ", which none of those read here survives. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The path as it was asked for, without the query. */
export function pathOf({ url }: FastifyRequest): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** @throws Problem `unsupported-media-type` for anything but JSON in UTF-8. */
export function checkContentType(contentType: string | undefined): void {
  if (contentType === 'application/json') return;
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const plain = parameters.every((parameter) => /^\s*charset="?utf-8"?\s*$/.test(parameter));
  if (type?.trim() === 'application/json' && plain) return;
  throw new Problem('unsupported-media-type', 'Send Content-Type: application/json.');
}

/** @throws Problem `unsupported-media-type` for a body that would have to be unpacked first. */
export function checkContentEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(?:identity)?$/i.test(encoding)) return;
  throw new Problem('unsupported-media-type', 'Send the body as it is, without Content-Encoding.');
}

/** @throws Problem `not-acceptable` when the caller takes no JSON at all. */
export function checkAccept(accept: string | undefined): void {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return;
  const acceptable = accept
    .toLowerCase()
    .split(',')
    .some((range) =>
      /^\s*(?:\*\/\*|application\/(?:\*|json|problem\+json))\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/.test(range),
    );
  if (!acceptable) throw new Problem('not-acceptable', 'Send Accept: application/json, or no Accept at all.');
}
