import { z } from 'zod';
import type { Instant } from '../kernel/instant.ts';
import type { Report } from './report.ts';

/** `waiting`: its order has not taken it in yet. `quarantined`: a human has to look. */
export const webhookStatus = z.enum(['waiting', 'applied', 'quarantined']);
export type WebhookStatus = z.output<typeof webhookStatus>;

/** What taking it in did: it moved the order, or the order knew it already. */
export const webhookOutcome = z.enum(['changed', 'known']);
export type WebhookOutcome = z.output<typeof webhookOutcome>;

/** One report of a payment provider and what became of it. Plain JSON throughout. */
export interface Webhook extends Report {
  readonly status: WebhookStatus;
  readonly receivedAt: Instant;
  /** Since when it has been waiting for its order: since it came, or since it was released. */
  readonly waitingSince: Instant;
  /** Times an operator has released it. */
  readonly releases: number;
  readonly outcome?: WebhookOutcome;
  /** Why it is in quarantine: a code, and the same for people. */
  readonly reason?: string;
  readonly detail?: string;
  readonly updatedAt: Instant;
  /** Revision of the last event in its stream. */
  readonly revision: number;
}
