import type { Instant } from '../domain/kernel/instant.ts';

/** More than the milliseconds of any instant, and as many digits. */
const msMax = 999_999_999_999_999;

/**
 * A text that sorts the other way round than time: lists come in descending order, and what is due first has to come
 * first in them.
 */
export function urgencyOf(due: Instant): string {
  return String(msMax - Date.parse(due)).padStart(15, '0');
}
