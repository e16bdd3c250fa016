import { Problem } from './problem.ts';

/**
 * A query that cannot be decoded is refused and not taken as it stands: `%ff` and `%25ff` would mean the same (RFC 3986, 2.1).
 * @throws Problem `validation-failed`
 */
export function checkQueryEncoding(target: string): void {
  const start = target.indexOf('?');
  if (start < 0 || !target.includes('%', start)) return;
  try {
    decodeURIComponent(target.slice(start));
  } catch {
    const detail = 'Write a % in the query as %25; what is percent-encoded must be UTF-8.';
    throw new Problem('validation-failed', detail);
  }
}
