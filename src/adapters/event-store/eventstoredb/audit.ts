import { beginning, isStreamName, noStream, streamNamePattern } from '../../../domain/kernel/log.ts';
import type { StoreDefect } from '../../../ports/event-store.ts';
import type { LogReader } from './log-reader.ts';
import type { SentEvent } from './read-reply.ts';
import type { StreamFilter } from './read-request.ts';

const pageSize = 1_000;
/** The server's own events about a stream: what is to be hidden of it, and that it was deleted. */
const about = '$$';
const hiding = ['$tb', '$maxCount', '$maxAge'] as const;

/**
 * What the server can tell is wrong: events of streams that are missing from the log, as after a scavenge, and what
 * somebody has told it to hide or to delete. Remembers one number for each stream.
 */
export async function* auditLog(reader: LogReader, prefix: string): AsyncIterable<StoreDefect> {
  const filter: StreamFilter =
    prefix === ''
      ? { regex: streamNamePattern.replace('^', '^(\\$\\$)?') }
      : { prefixes: [prefix, about + prefix] };
  const last = new Map<string, number>();
  for (let after: number = beginning; ; ) {
    const page = await reader.page(after, pageSize, filter);
    for (const event of page) {
      const stream = nameIn(event, prefix);
      if (stream === undefined) continue;
      if (event.stream.startsWith(about)) yield* hidden(event, stream);
      else yield* missing(event, stream, last);
    }
    const end = page.at(-1);
    if (end === undefined) return;
    after = end.position;
  }
}

function nameIn({ stream }: SentEvent, prefix: string): string | undefined {
  const name = stream.startsWith(about) ? stream.slice(about.length) : stream;
  if (!name.startsWith(prefix)) return undefined;
  const ours = name.slice(prefix.length);
  return isStreamName(ours) ? ours : undefined;
}

function* missing(
  { type, revision, position }: SentEvent,
  stream: string,
  last: Map<string, number>,
): Iterable<StoreDefect> {
  if (type === '$streamDeleted') {
    yield { stream, position, problem: 'the stream was deleted for ever in EventStoreDB' };
    return;
  }
  const before = last.get(stream) ?? noStream;
  last.set(stream, revision);
  if (revision === before + 1) return;
  const [from, to] = [before + 1, revision - 1];
  const which =
    from === to ? `the event at revision ${from} is` : `the events at revisions ${from} to ${to} are`;
  yield { stream, revision: from, problem: `${which} missing` };
}

function* hidden({ data, position }: SentEvent, stream: string): Iterable<StoreDefect> {
  const found = hiding.filter((member) => data.includes(`"${member}"`));
  if (found.length === 0) return;
  const problem = `EventStoreDB was told to hide events of the stream: ${found.join(', ')} in its metadata`;
  yield { stream, position, problem };
}
