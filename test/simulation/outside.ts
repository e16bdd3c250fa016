import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../../src/adapters/event-store/memory/memory-event-store.ts';
import { createMemoryKeyStore } from '../../src/adapters/key-store/memory-key-store.ts';
import {
  openSimulatedGateway,
  type SimulatedGateway,
} from '../../src/adapters/payment-gateway/simulated/simulated-gateway.ts';
import { createMemoryReadModel } from '../../src/adapters/read-model/memory/memory-read-model.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import type { KeyStore } from '../../src/ports/key-store.ts';
import type { ReadModel } from '../../src/ports/read-model.ts';
import type { Dice } from './dice.ts';
import type { Swarm } from './faults.ts';
import type { Liveness, Timeline } from './timeline.ts';

/** What outlives every node: the stores, and the payment provider with its own book. */
export interface Outside {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly keys: KeyStore;
  readonly gateway: SimulatedGateway;
}

/** Sends a report of the provider to some node; answers the status. */
export type DeliverReport = (headers: Readonly<Record<string, string>>, body: string) => Promise<number>;

export const webhookSecret = 'a secret of the simulation, 32 bytes or more';
/** When every world begins. */
export const startMs = Date.UTC(2026, 0, 31, 9, 30);

export function openOutside(timeline: Timeline, dice: Dice, swarm: Swarm, deliver: DeliverReport): Outside {
  const share = (chance: number, most: number) =>
    (dice.chance(chance) ? dice.fraction() * most : 0).toFixed(3);
  const knobs = new URLSearchParams({
    seed: String(1 + dice.below(1_000_000)),
    failRate: swarm.asksProvider ? share(0.4, 0.3) : '0',
    timeoutRate: swarm.asksProvider ? share(0.4, 0.3) : '0',
    duplicates: share(0.5, 0.5),
    shuffle: String(dice.chance(0.5)),
    holdDays: dice.chance(0.2) ? '0.0002' : '7',
    lateMs: '2000',
    disputeMs: '1000',
    webhooks: 'http://ledger.test/v1/gateway/webhooks',
  });
  const gateway = openSimulatedGateway(`simulated::memory:?${knobs}`, {
    dataDir: '.',
    clock: clockOf(timeline, { isAlive: true, pausedUntilMs: 0 }, () => 0),
    webhookSecret,
    acts: swarm.asksProvider,
    post: (_url, headers, body) => deliver(headers, body),
  });
  return {
    store: createMemoryEventStore(),
    readModel: createMemoryReadModel(),
    keys: createMemoryKeyStore(),
    gateway,
  };
}

/** The clock of whoever lives on the timeline. @param skewMs by how much its wall clock is off now */
export function clockOf(timeline: Timeline, of: Liveness, skewMs: () => number): Clock {
  return {
    now: () => new Date(startMs + Math.floor(timeline.nowMs) + skewMs()).toISOString() as Instant,
    monotonicMs: () => timeline.nowMs,
    after: (delayMs, ring) => timeline.after(delayMs, ring, of),
    sleep: (delayMs) => new Promise((resolve) => void timeline.after(delayMs, resolve, of)),
  };
}

export const digest = nodeDigest;
