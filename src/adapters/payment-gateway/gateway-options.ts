import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';

export interface GatewayOptions {
  /** Where what has no place of its own is kept. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** Told what goes wrong behind the scenes. */
  readonly logger?: Pick<Logger, 'warn'>;
  /** What webhooks are signed with. */
  readonly webhookSecret?: string;
  /**
   * Whether a simulated provider also does from this process what it does by itself: reports, late approvals, expiries,
   * disputes. Several processes may; those that only look must not.
   */
  readonly acts?: boolean;
  /** Sends what a simulated provider reports; over the network where it is left out. */
  readonly post?: PostWebhook;
}

/** Answers the status of the response. Rejects where there is none. */
export type PostWebhook = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<number>;
