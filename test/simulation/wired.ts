import { OutcomeUnknown, StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import type { GatewayAnswer, GatewayInquiry, PaymentGateway } from '../../src/ports/payment-gateway.ts';
import type { Generation, ProjectionReader, ReadModel } from '../../src/ports/read-model.ts';
import type { Dice } from './dice.ts';
import type { Call } from './faults.ts';
import type { Mortal, Network, Told } from './network.ts';
import type { Timeline } from './timeline.ts';

/** How a node reaches what is outside it: every call goes over the network, where anything can become of it. */
interface Wire {
  readonly from: Mortal;
  readonly network: Network;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly doorbellLoss: number;
}

const storeDeadlineMs = 2_000;
const gatewayDeadlineMs = 4_000;

const away = (what: string): Told => {
  const refused = () => new StoreUnavailable(what, 'is away in the simulation', 'Wait.');
  return { refused, unheard: refused, deadlineMs: storeDeadlineMs };
};
const log = away('event store');
const documents = away('read model');
const writing: Told = { ...log, unheard: () => new OutcomeUnknown('lost in the simulation') };

export function wiredStore(store: EventStore, wire: Wire): EventStore {
  const over = <Answer>(call: Call, work: () => Promise<Answer>, told = log) =>
    wire.network.call(wire.from, call, work, told);
  return {
    ...store,
    append: (stream, expected, events) =>
      over('append', () => store.append(stream, expected, events), writing),
    readStream: (stream, page) => over('readStream', () => store.readStream(stream, page)),
    readAll: (page) => over('readAll', () => store.readAll(page)),
    head: () => over('head', () => store.head()),
    onAppended: (listener) => {
      const { timeline, dice, doorbellLoss, from } = wire;
      return store.onAppended(() => {
        if (from.isAlive && !dice.chance(doorbellLoss)) timeline.after(dice.below(5), listener, from);
      });
    },
  };
}

export function wiredReadModel(readModel: ReadModel, wire: Wire): ReadModel {
  const over = <Answer>(call: Call, work: () => Answer | Promise<Answer>) =>
    wire.network.call(wire.from, call, work, documents);
  const wiredReader = (reader: ProjectionReader): ProjectionReader => ({
    get: (id) => over('get', () => reader.get(id)),
    list: (query) => over('list', () => reader.list(query)),
    position: () => over('position', () => reader.position()),
  });
  const wiredGeneration = (generation: Generation): Generation => ({
    ...generation,
    position: () => over('position', () => generation.position()),
    load: (ids) => over('load', () => generation.load(ids)),
    commit: (commit) => over('commit', () => generation.commit(commit)),
  });
  return {
    ...readModel,
    projections: () => over('projections', () => readModel.projections()),
    open: async (shape, generation) => wiredGeneration(await readModel.open(shape, generation)),
    // A switch is undone where whoever makes it dies before it is made.
    activate: (shape, generation, catchUp) =>
      readModel.activate(shape, generation, (position) => Promise.race([catchUp(position), wire.from.death])),
    reader: (shape) => wiredReader(readModel.reader(shape)),
  };
}

/** A provider that cannot be reached has done nothing for certain; one that is not heard of may have. */
export function wiredGateway(gateway: PaymentGateway, { from, network }: Wire): PaymentGateway {
  const told: Told = {
    refused: () => new NotHeard('failed'),
    unheard: () => new NotHeard('unknown'),
    deadlineMs: gatewayDeadlineMs,
  };
  return {
    ...gateway,
    call: (call) => network.call(from, 'gateway.call', () => gateway.call(call), told).catch(answerOf),
    inquire: (key) =>
      network
        .call<GatewayInquiry>(from, 'gateway.inquire', () => gateway.inquire(key), told)
        .catch((error: unknown) => ({ ...answerOf(error), kind: 'unknown' as const })),
  };
}

class NotHeard extends Error {
  readonly kind: 'failed' | 'unknown';

  constructor(kind: 'failed' | 'unknown') {
    super(`the provider is ${kind}`);
    this.kind = kind;
  }
}

function answerOf(error: unknown): Extract<GatewayAnswer, { readonly code: string }> {
  if (error instanceof NotHeard) return { kind: error.kind, code: 'network' };
  throw error;
}
