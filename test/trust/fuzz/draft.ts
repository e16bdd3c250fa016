import type { Operation } from './document.ts';
import type { Tree } from './from-schema.ts';

/**
 * What an answer may be: `valid`, no complaint about the request itself; `refused`, any 4xx; `any`, whatever is
 * documented; or one of these statuses. `lost`: the server may also close without a word.
 */
export type Expected = 'valid' | 'refused' | 'any' | readonly number[];

/** A request in the making: a valid one, until something is done to it. */
export interface Draft {
  readonly operation: Operation;
  method: string;
  /** Without the query. */
  path: string;
  /** Written behind the path as they are. */
  query: [name: string, value: string][];
  /** Written as they are, Latin-1, in this order. */
  headers: [name: string, value: string][];
  /** The body as a value; none for a GET. */
  tree: Tree | undefined;
  /** The body as bytes, where it is no longer what `tree` says. */
  bytes: Buffer | undefined;
  /** What was done to it, and what may come of that. */
  kind: string;
  expected: Expected;
  /** Whether the server may close the connection instead of answering. */
  mayClose: boolean;
  /** Whether the body is signed last of all, where its operation asks for that. */
  isSignedLast: boolean;
}

export function bodyOf({ tree, bytes }: Draft): Buffer | undefined {
  if (bytes !== undefined) return bytes;
  return tree === undefined ? undefined : Buffer.from(JSON.stringify(tree));
}

export function headerIn({ headers }: Draft, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

export function setHeader(draft: Draft, name: string, value: string | undefined): void {
  draft.headers = draft.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  if (value !== undefined) draft.headers.push([name, value]);
}

/** The request as it goes over the wire. */
export function written(draft: Draft): Buffer {
  const query = draft.query.map(([name, value]) => `${name}=${value}`).join('&');
  const target = query === '' ? draft.path : `${draft.path}?${query}`;
  const body = bodyOf(draft);
  const lines = [`${draft.method} ${target} HTTP/1.1`, 'Host: ledger.test'];
  for (const [name, value] of draft.headers) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${body.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return body === undefined ? head : Buffer.concat([head, body]);
}
