import type { AppendResult, NewEvent } from '../../../ports/event-store.ts';
import { type FaultMembers, faultFrom, membersOf } from '../../shared/thread-faults.ts';

export interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly NewEvent[];
}

/**
 * Appends on their way to another thread, as one text and one row of numbers: what crosses is copied piece by piece, and
 * a batch of objects is hundreds of pieces.
 */
export interface AppendBatch {
  readonly number: number;
  /** Of each append its stream, then id, type, data and metadata of each of its events, without anything between. */
  readonly text: string;
  /** Of each append the expected revision, the count of its events, and the length of each of its texts. */
  readonly figures: Float64Array;
}

/** What became of a batch. */
export interface AppendReply {
  readonly number: number;
  /** Of each append: `kinds`, revision, position. */
  readonly figures: readonly number[];
  /** Of those that failed, in order. */
  readonly faults: readonly FaultMembers[];
}

const kinds = { appended: 0, repeated: 1, conflict: 2, fault: 3 } as const;

export function packAppends(number: number, appends: readonly Append[]): AppendBatch {
  const texts: string[] = [];
  const figures: number[] = [];
  const add = (text: string) => {
    texts.push(text);
    figures.push(text.length);
  };
  for (const { stream, expected, events } of appends) {
    figures.push(expected, events.length);
    add(stream);
    for (const { eventId, type, data, metadata } of events) {
      add(eventId);
      add(type);
      add(data);
      add(metadata);
    }
  }
  return { number, text: texts.join(''), figures: Float64Array.from(figures) };
}

export function unpackAppends({ text, figures }: AppendBatch): readonly Append[] {
  const appends: Append[] = [];
  let figure = 0;
  let at = 0;
  const nextFigure = () => figures[figure++] as number;
  const next = () => {
    const from = at;
    at += nextFigure();
    return text.slice(from, at);
  };
  while (figure < figures.length) {
    const expected = nextFigure();
    const count = nextFigure();
    const stream = next();
    const events: NewEvent[] = [];
    for (let index = 0; index < count; index++)
      events.push({ eventId: next(), type: next(), data: next(), metadata: next() });
    appends.push({ stream, expected, events });
  }
  return appends;
}

export function packReply(
  number: number,
  settled: readonly PromiseSettledResult<AppendResult>[],
): AppendReply {
  const figures: number[] = [];
  const faults: FaultMembers[] = [];
  for (const each of settled) {
    if (each.status === 'rejected') {
      figures.push(kinds.fault, 0, 0);
      faults.push(membersOf(each.reason));
    } else if (each.value.status === 'conflict') {
      figures.push(kinds.conflict, each.value.actual, 0);
    } else {
      const { repeated, revision, position } = each.value;
      figures.push(repeated ? kinds.repeated : kinds.appended, revision, position);
    }
  }
  return { number, figures, faults };
}

/** The answer to each append of the batch, in order. */
export function unpackReply({ figures, faults }: AppendReply): readonly (AppendResult | Error)[] {
  const answers: (AppendResult | Error)[] = [];
  let failed = 0;
  for (let index = 0; index < figures.length; index += 3) {
    const [kind, revision, position] = figures.slice(index, index + 3) as [number, number, number];
    if (kind === kinds.fault) answers.push(faultFrom(faults[failed++] as FaultMembers));
    else if (kind === kinds.conflict) answers.push({ status: 'conflict', actual: revision });
    else answers.push({ status: 'appended', revision, position, repeated: kind === kinds.repeated });
  }
  return answers;
}
