/** Positions that are summed up together. What is left of a block is at most this many events of the log itself. */
export const blockSize = 8_192;

/** A whole number of blocks: without it, there would be more blocks to sum up than can be where positions are bytes. */
export const spanSize = blockSize * 4_096;

/** Digits of the number of any block: positions are safe integers. */
const blockDigits = 14;

/** `2026-03-01`: the day of an instant, UTC. Text order is time order, here and below. */
export function dayOf(at: string): string {
  return at.slice(0, 10);
}

/** `2026-03-01T09:05`: the minute of an instant, UTC. */
export function minuteOf(at: string): string {
  return at.slice(0, 16);
}

/** The block a position is in, in digits whose text order is their order. */
export function blockOf(position: number, size: number): string {
  return String(Math.floor(position / size)).padStart(blockDigits, '0');
}
