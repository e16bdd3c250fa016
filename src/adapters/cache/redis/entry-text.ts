import type { CacheEntry, DocumentMemo } from '../../../ports/cache.ts';

/** Raised whenever entries are written otherwise: those of another format are as good as not there. */
const format = '1';

/** What holds for `floor` or later and is there holds for `to`. */
export interface Watermark {
  readonly floor: number;
  readonly to: number;
}

/**
 * An entry as one text: a line of format, position, length and name, a line of what was worked out from the body, and
 * the body, which nobody has to parse. The scripts read the position in the first line.
 */
export function entryText(name: string, { body, asOf, memo }: CacheEntry): string {
  return `${format} ${asOf} ${body.length} ${name}\n${memo === undefined ? '' : memoText(memo)}\n${body}`;
}

/** `undefined` for everything but an entry of that very name, as it was written. */
export function entryFrom(name: string, text: string): CacheEntry | undefined {
  const headEnd = text.indexOf('\n');
  const memoEnd = text.indexOf('\n', headEnd + 1);
  if (headEnd < 0 || memoEnd < 0) return undefined;
  const [written, position = '', length = '', ...rest] = text.slice(0, headEnd).split(' ');
  const asOf = positionFrom(position);
  if (written !== format || asOf === undefined || rest.length !== 1 || rest[0] !== name) return undefined;
  const body = text.slice(memoEnd + 1);
  if (String(body.length) !== length) return undefined;
  const memo = memoFrom(text.slice(headEnd + 1, memoEnd));
  return memo === undefined ? { body, asOf } : { body, asOf, memo };
}

export function watermarkFrom(text: string): Watermark | undefined {
  const [written, from = '', reached = '', ...rest] = text.split(' ');
  const floor = positionFrom(from);
  const to = positionFrom(reached);
  if (written !== format || rest.length > 0 || floor === undefined || to === undefined) return undefined;
  return floor <= to ? { floor, to } : undefined;
}

function positionFrom(text: string): number | undefined {
  const position = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(position) ? position : undefined;
}

/** `etag`, and after a tab whose it is. What does not fit on the line is worked out again. */
function memoText({ etag, customerId }: DocumentMemo): string {
  const text = customerId === undefined ? etag : `${etag}\t${customerId}`;
  return /[\n\t]/.test(etag + (customerId ?? '')) ? '' : `=${text}`;
}

function memoFrom(line: string): DocumentMemo | undefined {
  if (!line.startsWith('=')) return undefined;
  const tab = line.indexOf('\t');
  if (tab < 0) return { etag: line.slice(1), customerId: undefined };
  return { etag: line.slice(1, tab), customerId: line.slice(tab + 1) };
}
