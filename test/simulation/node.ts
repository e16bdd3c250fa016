import { createMemoryCache } from '../../src/adapters/cache/memory/memory-cache.ts';
import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { createLocalFeed } from '../../src/adapters/feed/local-feed.ts';
import { commandSide, openWritePaths, querySide } from '../../src/api-sides.ts';
import { readConfig } from '../../src/config.ts';
import { OutcomeUnknown, StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import { Problem } from '../../src/http/problem.ts';
import type { ApiRequest, Route } from '../../src/http/route.ts';
import { requireAny } from '../../src/http/scopes.ts';
import { catalogues, type Ledger } from '../../src/main.ts';
import { startProcesses } from '../../src/process-host.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { projections } from '../../src/projections/registry.ts';
import { Projector } from '../../src/projections/runner.ts';
import { startWhenThere } from '../../src/projector-start.ts';
import { tellsOf } from '../../src/write-through.ts';
import type { Dice } from './dice.ts';
import type { Swarm } from './faults.ts';
import type { Mortal, Network } from './network.ts';
import { clockOf, digest, type Outside, webhookSecret } from './outside.ts';
import type { Timeline } from './timeline.ts';
import { wiredGateway, wiredReadModel, wiredStore } from './wired.ts';

export interface NodeNeeds {
  readonly outside: Outside;
  readonly timeline: Timeline;
  readonly network: Network;
  readonly swarm: Swarm;
  readonly dice: Dice;
  /** Told what must never be logged, thrown or answered. */
  readonly violated: (what: string) => void;
  /** Told that it has crashed. */
  readonly crashed: () => void;
}

/** A request as it reaches an operation, and what it answered. */
export interface NodeRequest extends Pick<ApiRequest, 'principal' | 'params' | 'query'> {
  readonly operation: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface NodeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One process of the ledger with all its roles, over what is outside. Crashed, it hears and does nothing more. */
export class SimulatedNode implements Mortal {
  readonly name: string;
  isAlive = true;
  pausedUntilMs = 0;
  readonly #dying = Promise.withResolvers<never>();
  readonly #needs: NodeNeeds;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #ledger: Ledger;
  #skewMs: number;

  constructor(name: string, needs: NodeNeeds) {
    this.name = name;
    this.#needs = needs;
    this.death.catch(() => {});
    const { dice, swarm } = needs;
    this.#skewMs = swarm.skewMs === 0 ? 0 : dice.below(2 * swarm.skewMs) - swarm.skewMs;
    this.#ledger = this.#open();
    const cache = createMemoryCache(swarm.cacheEntries, () => needs.timeline.nowMs);
    const feed = createLocalFeed();
    const queriesHear = dice.chance(0.7) ? feed : undefined;
    const metrics = { count: () => {}, gatewayAsked: () => {}, paymentParked: () => {} };
    const paths = openWritePaths(this.#ledger, metrics);
    const gateway = wiredGateway(needs.outside.gateway, this.#wire);
    const asked = swarm.asksProvider ? gateway : { ...gateway, isCallable: false };
    const routes = [
      ...commandSide(this.#ledger, paths, asked),
      ...querySide(this.#ledger, cache, queriesHear),
    ];
    this.#routes = new Map(routes.map((route) => [route.operationId, route]));
    const tell = tellsOf(cache, feed.publish);
    const projector = new Projector({
      ...this.#ledger,
      projections,
      onCommitted: tell,
      onUnchanged: tell,
    });
    const starting = startWhenThere(() => projector.start(), this.#ledger);
    void starting.started.then(() => projector.ended).catch((error: unknown) => this.#died(error));
    if (swarm.asksProvider)
      startProcesses(this.#ledger, { ...paths, gateway, metrics, seams: {}, ...(queriesHear && { feed }) });
  }

  get death(): Promise<never> {
    return this.#dying.promise;
  }

  crash(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#dying.reject(new Error(`${this.name} crashed`));
    this.#needs.crashed();
  }

  /** Stops for so long, as by SIGSTOP; what it waited for it hears afterwards. */
  pause(durationMs: number): void {
    this.pausedUntilMs = this.#needs.timeline.nowMs + durationMs;
  }

  /** Its wall clock is set. */
  setClock(skewMs: number): void {
    this.#skewMs = skewMs;
  }

  /** Builds a projection anew, beside everything else. */
  rebuild(): void {
    const projection = this.#needs.dice.pick(projections);
    rebuild(projection, this.#ledger, {}).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) this.#died(error);
    });
  }

  /** As the HTTP server would: what is thrown is answered as a problem. */
  async handle({ operation, headers, body, ...request }: NodeRequest): Promise<NodeReply> {
    const requestId = this.#ledger.ids.uuid();
    try {
      const route = this.#routes.get(operation);
      if (route === undefined) throw new Error(`there is no operation ${operation}`);
      if (route.scopes.length > 0) requireAny(request.principal, route.scopes);
      const answer = await route.handle({
        ...request,
        requestId,
        body: () => JSON.parse(body),
        bytes: () => Buffer.from(body),
        header: (name) => headers[name],
      });
      return { status: answer.status, headers: answer.headers, body: answer.body ?? '' };
    } catch (error) {
      return this.#replyTo(error, requestId);
    }
  }

  #replyTo(error: unknown, requestId: string): NodeReply {
    if (error instanceof Problem) {
      const { status, extras } = error;
      return { status, headers: extras.headers ?? {}, body: error.body(requestId) };
    }
    if (error instanceof OutcomeUnknown || error instanceof StoreUnavailable)
      return { status: 503, headers: {}, body: error.message };
    this.#died(error);
    return { status: 500, headers: {}, body: String(error) };
  }

  #died(error: unknown): void {
    if (!this.isAlive) return;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#needs.violated(`${this.name} failed: ${text}`);
  }

  get #wire() {
    const { network, timeline, dice, swarm } = this.#needs;
    return { from: this, network, timeline, dice, doorbellLoss: swarm.doorbellLoss };
  }

  #open(): Ledger {
    const { outside, timeline, dice, swarm, violated } = this.#needs;
    const quiet = () => {};
    return {
      config: { ...config, STREAMS_CACHED_MAX: swarm.streamsCached },
      store: wiredStore(outside.store, this.#wire),
      readModel: wiredReadModel(outside.readModel, this.#wire),
      keys: outside.keys,
      codec: createEventCodec(catalogues, outside.keys, digest),
      clock: clockOf(timeline, this, () => this.#skewMs),
      ids: { uuid: () => dice.uuid(), fraction: () => dice.fraction() },
      digest,
      logger: {
        debug: quiet,
        info: quiet,
        warn: quiet,
        flush: quiet,
        error: (fields, message) => {
          if (!expected.has(message)) violated(`${this.name} logged: ${message} ${JSON.stringify(fields)}`);
        },
      },
      close: async () => {},
    };
  }
}

/** What a node may complain of without being wrong. */
const expected = new Set([
  'a payment call is parked: look at the provider, then let the payment be tried again',
]);

const config = readConfig({
  DATA_DIR: '.',
  EVENT_STORE: 'memory:',
  READ_MODEL: 'memory:',
  CACHE: 'memory:',
  CURSOR_SECRET: 'a secret of the simulation, 32 bytes or more',
  GATEWAY_WEBHOOK_SECRET: webhookSecret,
});
