import { Problem } from './problem.ts';

export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** The revision a caller insists on. @throws Problem `validation-failed` for anything but one strong ETag of a revision. */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const revision = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (revision !== undefined) return Number(revision);
  throw new Problem('validation-failed', 'If-Match: must be one ETag as answered before, such as "3".', {
    errors: [{ pointer: 'header/If-Match', message: 'must be one ETag as answered before, such as "3"' }],
  });
}

/** Whether the caller has this version already (RFC 9110 §13.1.2, weak comparison). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}
