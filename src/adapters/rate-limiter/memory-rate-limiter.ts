import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter } from '../../ports/rate-limiter.ts';

/** Counts in this process, in windows of a minute. */
export function createMemoryRateLimiter(requestsPerMinute: number): RateLimiter {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });

  return {
    take: async (who) => {
      const result = await limiter.consume(who).catch((refused: unknown) => refused);
      if (!(result instanceof RateLimiterRes))
        return { allowed: true, limit: requestsPerMinute, remaining: 0, resetS: 0 };
      return {
        allowed: result.consumedPoints <= requestsPerMinute,
        limit: requestsPerMinute,
        remaining: result.remainingPoints,
        resetS: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
      };
    },
  };
}
