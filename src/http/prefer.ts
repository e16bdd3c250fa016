/** Longest wait a caller may ask for, in seconds. */
const waitSMax = 2;

/**
 * Seconds a caller would rather wait for an outcome than hear that there is none yet: `Prefer: wait=2` (RFC 7240). 0
 * where it says nothing of that; more than the longest wait counts as that.
 */
export function readWait(prefer: string | undefined): number {
  if (prefer === undefined) return 0;
  for (const preference of prefer.toLowerCase().split(/[,;]/)) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), waitSMax);
  }
  return 0;
}
