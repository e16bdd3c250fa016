/** Says whether one more request of somebody fits into the limit. */
export interface RateLimiter {
  /** Counts one request. Never throws for a limiter that cannot be reached: then everything fits. */
  take(who: string): Promise<RateLimitVerdict>;
}

export interface RateLimitVerdict {
  readonly allowed: boolean;
  /** Requests allowed in a window, and left in this one. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetS: number;
}
