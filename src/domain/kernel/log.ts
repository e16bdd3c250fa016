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
