import { chainHash, splitHash, withHash } from '../../../src/adapters/codec/hash-chain.ts';
import type { RecordedEvent } from '../../../src/ports/event-store.ts';
import type { Seeded } from '../../e2e/support/seeded.ts';

/** The log as somebody with the file in hand would have it: events in order of position, numbered as they say. */
type Log = readonly RecordedEvent[];

export interface Tamper {
  readonly what: string;
  /**
   * Who must see it. `log`: verification with nothing but the log and its witness. `start`: it, and whoever starts a server.
   * `documents`: verification against read models made before. `nobody`: it is beyond what is promised, and only counted.
   */
  readonly seenBy: 'log' | 'start' | 'documents' | 'nobody';
  readonly change: (log: Log, draws: Seeded) => Log;
  /** Takes a stream out of the table of streams too. */
  readonly hides?: 'first stream' | 'last stream';
  /** The witness is written anew, to fit. */
  readonly forgesWitness?: true;
}

export const tampers: readonly Tamper[] = [
  each('a byte of the data changed', 'log', (event) => ({ ...event, data: otherDigit(event.data) })),
  each('the actor changed', 'log', (event) => ({
    ...event,
    metadata: event.metadata.replace('"actor":"c', '"actor":"d'),
  })),
  each('the stored hash changed', 'log', (event) => ({
    ...event,
    metadata: `${event.metadata.slice(0, -3)}${event.metadata.at(-3) === 'A' ? 'B' : 'A'}"}`,
  })),
  each('the id of an event changed', 'log', (event) => ({ ...event, eventId: otherDigit(event.eventId) })),
  each('the type of an event changed', 'log', (event) => ({
    ...event,
    type: event.type === 'OrderNoteAdded' ? 'OrderCancelled' : 'OrderNoteAdded',
  })),
  {
    what: 'an event in the middle removed',
    seenBy: 'log',
    change: (log, draws) => log.toSpliced(inner(log, draws), 1),
  },
  {
    what: 'an event in the middle removed, and the rest numbered anew',
    seenBy: 'start',
    change: (log, draws) => renumbered(log.toSpliced(inner(log, draws), 1)),
  },
  { what: 'two events of a stream exchanged', seenBy: 'log', change: exchanged },
  { what: 'the metadata of two events exchanged', seenBy: 'log', change: exchangedMetadata },
  {
    what: 'an event repeated at the end',
    seenBy: 'log',
    change: (log, draws) => renumbered([...log, draws.pick(log)]),
  },
  {
    what: 'an event repeated in another stream',
    seenBy: 'log',
    change: (log, draws) => {
      const other = draws.pick(log.slice(0, -1));
      const copied = draws.pick(log.filter(({ stream }) => stream !== other.stream));
      return renumbered([...log, { ...copied, stream: other.stream }]);
    },
  },
  {
    what: 'the end cut off',
    seenBy: 'start',
    change: (log, draws) => log.slice(0, -1 - draws.below(20)),
  },
  {
    what: 'a whole stream removed, and the rest numbered anew',
    seenBy: 'start',
    change: (log, draws) => renumbered(without(log, draws.pick(log).stream)),
  },
  {
    what: 'the last stream removed from the end of the log',
    seenBy: 'start',
    hides: 'last stream',
    change: (log) => without(log, log.at(-1)?.stream ?? ''),
  },
  {
    what: 'a stream taken out of the table of streams, its events left',
    seenBy: 'log',
    hides: 'first stream',
    change: (log) => log,
  },
  {
    what: 'the last event forged, with the hash that follows',
    seenBy: 'start',
    change: (log) => forged(log, log.length - 1),
  },
  {
    what: 'a payment forged, and every hash of its stream after it',
    seenBy: 'documents',
    change: (log, draws) => forged(log, draws.pick(capturesIn(log))),
  },
  {
    what: 'events of two streams exchanged in the order of the log alone',
    seenBy: 'nobody',
    change: exchangedBetweenStreams,
  },
  {
    what: 'a payment forged, with every hash after it, the witness and the read models',
    seenBy: 'nobody',
    forgesWitness: true,
    change: (log, draws) => forged(log, draws.pick(capturesIn(log))),
  },
];

function each(
  what: string,
  seenBy: Tamper['seenBy'],
  alter: (event: RecordedEvent) => RecordedEvent,
): Tamper {
  return {
    what,
    seenBy,
    change: (log, draws) => {
      const at = draws.below(log.length);
      return log.map((event, index) => (index === at ? alter(event) : event));
    },
  };
}

/** The same text with its last digit another one; where it has none, with a space more. */
function otherDigit(text: string): string {
  return /\d/.test(text)
    ? text.replace(/\d(?=\D*$)/, (digit) => (digit === '7' ? '8' : '7'))
    : text.replace('{', '{ ');
}

/** Not the last of the log. */
function inner(log: Log, draws: Seeded): number {
  return draws.below(log.length - 1);
}

function without(log: Log, stream: string): Log {
  return log.filter((event) => event.stream !== stream);
}

/** Positions and revisions without gaps, in the order the events are in. */
function renumbered(log: Log): Log {
  const revisions = new Map<string, number>();
  return log.map((event, index) => {
    const revision = (revisions.get(event.stream) ?? -1) + 1;
    revisions.set(event.stream, revision);
    return { ...event, revision, position: index + 1 };
  });
}

/** Two places of one stream hold each other's event. */
function exchanged(log: Log, draws: Seeded): Log {
  const { stream } = draws.pick(log.filter(({ revision }) => revision > 0));
  const [one, other] = log.filter((event) => event.stream === stream);
  return log.map((event) => {
    const { position, revision } = event;
    if (event === one) return { ...event, ...other, position, revision };
    return event === other ? { ...event, ...one, position, revision } : event;
  });
}

function exchangedMetadata(log: Log, draws: Seeded): Log {
  const one = draws.pick(log);
  const other = draws.pick(log.filter((event) => event !== one));
  return log.map((event) => {
    if (event === one) return { ...event, metadata: other.metadata };
    return event === other ? { ...event, metadata: one.metadata } : event;
  });
}

/** Neighbours in the log that belong to two streams: both streams stay as they are. */
function exchangedBetweenStreams(log: Log, draws: Seeded): Log {
  const places = log.flatMap(({ stream }, index) => {
    const next = log[index + 1];
    return next !== undefined && next.stream !== stream && index < log.length - 2 ? [index] : [];
  });
  const at = draws.pick(places);
  const [one, other] = log.slice(at, at + 2);
  if (one === undefined || other === undefined) return log;
  return renumbered(log.toSpliced(at, 2, other, one));
}

/** Places of events that say an amount was captured, but for the stream the log ends with. */
function capturesIn(log: Log): readonly number[] {
  return log.flatMap(({ type, stream }, index) =>
    type === 'PaymentCaptured' && stream !== log.at(-1)?.stream ? [index] : [],
  );
}

/** Changes an event, and recomputes the chain of its stream from there to its end. */
function forged(log: Log, at: number): Log {
  const victim = log[at];
  let hash = log.findLast((event, index) => index < at && event.stream === victim?.stream)?.metadata;
  return log.map((event, index) => {
    if (index < at || event.stream !== victim?.stream) return event;
    const changed = index === at ? { ...event, data: otherDigit(event.data) } : event;
    const plain = splitHash(event.metadata)?.metadata ?? '';
    const previous = hash === undefined ? '' : (splitHash(hash)?.hash ?? '');
    const metadata = withHash(plain, chainHash(previous, changed, plain));
    hash = metadata;
    return { ...changed, metadata };
  });
}
