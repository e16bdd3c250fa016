import { assert } from './assert.ts';

/** Revision to expect of a stream that does not exist yet. */
export const noStream = -1;

/** Position before the first event of the log. */
export const beginning = 0;

export function streamName(category: string, id: string): string {
  return `${category}-${id}`;
}

/** The category of a stream: what stands before the first dash. */
export function categoryOf(stream: string): string {
  return stream.slice(0, stream.indexOf('-'));
}

export function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}

/** What a stream may be called, as a regular expression that servers understand too. */
export const streamNamePattern = '^[a-z]+-[A-Za-z0-9_.:-]{1,64}$';

const streamNames = new RegExp(streamNamePattern);

export function isStreamName(name: string): boolean {
  return streamNames.test(name);
}

/** Throws `ImpossibleState` unless a store may be asked for this append: its caller would be wrong, not its user. */
export function assertAppend(stream: string, expected: number, events: readonly unknown[]): void {
  assert(streamNames.test(stream), () => `${stream} is not a stream name`);
  assert(Number.isSafeInteger(expected) && expected >= noStream, () => `${expected} is not a revision`);
  assert(events.length > 0, 'an append has at least one event');
}
