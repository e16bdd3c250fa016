import { StoreUnavailable } from '../domain/kernel/faults.ts';

/** What a command is about, as far as traffic is concerned. */
export interface Trip {
  /** The stream it waits for its turn on; none for a command that creates its stream. */
  readonly stream: string | undefined;
  readonly commandId: string;
  /** Two commands of one id are one only when their content is one. */
  readonly content: string;
}

/** What an answer is worth to those who came while it was sought. */
export interface Joining<Answer> {
  /** Whether it will never be another. What is not recorded may have changed before they came. */
  readonly lasts: (answer: Answer) => boolean;
  /** The answer as they are given it. */
  readonly joined: (answer: Answer) => Answer;
}

interface Flight<Answer> {
  readonly content: string;
  readonly landed: Promise<Answer>;
}

interface Lane {
  readonly stream: string;
  last: Promise<unknown>;
  travelling: number;
}

/**
 * Identical commands share one run and one answer, if it is one that lasts. Commands on one stream run one after another, in the order they
 * came; those on different streams side by side.
 */
export class Traffic<Answer> {
  readonly #flights = new Map<string, Flight<Answer>>();
  readonly #lanes = new Map<string, Lane>();
  readonly #waitingMax: number;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** @throws StoreUnavailable when too many wait for this stream already. */
  run(trip: Trip, work: () => Promise<Answer>, joining: Joining<Answer>): Promise<Answer> {
    const flight = this.#flights.get(trip.commandId);
    if (flight?.content === trip.content)
      return flight.landed.then((answer) =>
        joining.lasts(answer) ? joining.joined(answer) : this.#runAgain(trip, work, joining),
      );
    if (flight !== undefined)
      return flight.landed.then(ignore, ignore).then(() => this.run(trip, work, joining));
    return this.#start(trip, work);
  }

  /** All who waited share one run that began after they had come: what it finds is theirs, whatever it is. */
  #runAgain(trip: Trip, work: () => Promise<Answer>, joining: Joining<Answer>): Promise<Answer> {
    const flight = this.#flights.get(trip.commandId);
    return flight?.content === trip.content
      ? flight.landed.then(joining.joined)
      : this.run(trip, work, joining);
  }

  #start(trip: Trip, work: () => Promise<Answer>): Promise<Answer> {
    const { stream, commandId, content } = trip;
    const lane = stream === undefined ? undefined : this.#laneOf(stream);
    if (lane !== undefined && lane.travelling >= this.#waitingMax) return Promise.reject(tooMany(trip));
    const landed = this.#fly(commandId, lane === undefined ? work : () => this.#travel(lane, work));
    if (lane !== undefined) lane.last = landed;
    this.#flights.set(commandId, { content, landed });
    return landed;
  }

  #laneOf(stream: string): Lane {
    const lane = this.#lanes.get(stream) ?? { stream, last: Promise.resolve(), travelling: 0 };
    this.#lanes.set(stream, lane);
    return lane;
  }

  async #fly(commandId: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } finally {
      this.#flights.delete(commandId);
    }
  }

  async #travel(lane: Lane, work: () => Promise<Answer>): Promise<Answer> {
    lane.travelling += 1;
    try {
      if (lane.travelling > 1) await lane.last.then(ignore, ignore);
      return await work();
    } finally {
      lane.travelling -= 1;
      if (lane.travelling === 0) this.#lanes.delete(lane.stream);
    }
  }
}

function tooMany({ stream }: Trip): StoreUnavailable {
  return new StoreUnavailable(
    'command queue',
    `too many commands wait for ${stream}`,
    'Slow down, then try again.',
  );
}

function ignore(): void {}
