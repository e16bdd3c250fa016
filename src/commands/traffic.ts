import { StoreUnavailable } from '../domain/kernel/faults.ts';

/** What a command is about, as far as traffic is concerned. */
export interface Trip {
  readonly stream: string;
  readonly commandId: string;
  /** Two commands of one id are one only when their content is one. */
  readonly content: string;
}

interface Flight<Answer> {
  readonly content: string;
  readonly landed: Promise<Answer>;
}

interface Lane {
  last: Promise<unknown>;
  travelling: number;
}

/**
 * Identical commands share one run and one answer. Commands on one stream run one after another, in the order they
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
  run(trip: Trip, work: () => Promise<Answer>, joined: (answer: Answer) => Answer): Promise<Answer> {
    const flight = this.#flights.get(trip.commandId);
    if (flight?.content === trip.content) return flight.landed.then(joined);
    if (flight !== undefined)
      return flight.landed.then(ignore, ignore).then(() => this.run(trip, work, joined));

    const lane = this.#lanes.get(trip.stream) ?? { last: Promise.resolve(), travelling: 0 };
    if (lane.travelling >= this.#waitingMax) return Promise.reject(tooMany(trip.stream, lane.travelling));
    const landed = this.#travel(trip, lane, work);
    this.#flights.set(trip.commandId, { content: trip.content, landed });
    lane.last = landed;
    this.#lanes.set(trip.stream, lane);
    return landed;
  }

  async #travel({ stream, commandId }: Trip, lane: Lane, work: () => Promise<Answer>): Promise<Answer> {
    lane.travelling += 1;
    try {
      if (lane.travelling > 1) await lane.last.then(ignore, ignore);
      return await work();
    } finally {
      lane.travelling -= 1;
      if (lane.travelling === 0) this.#lanes.delete(stream);
      this.#flights.delete(commandId);
    }
  }
}

function tooMany(stream: string, waiting: number): StoreUnavailable {
  return new StoreUnavailable(
    'command queue',
    `${waiting} commands for ${stream}`,
    'Slow down, then try again.',
  );
}

function ignore(): void {}
