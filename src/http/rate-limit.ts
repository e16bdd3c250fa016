import type { RateLimiter } from '../ports/rate-limiter.ts';
import { Problem } from './problem.ts';

/** Counts a request against a limit. @throws Problem `rate-limited` */
export async function takeFrom(limiter: RateLimiter, who: string): Promise<void> {
  const { allowed, limit, remaining, resetS } = await limiter.take(who);
  if (allowed) return;
  throw new Problem('rate-limited', `Try again in ${resetS} s.`, {
    headers: {
      'retry-after': String(resetS),
      'ratelimit-policy': `"default";q=${limit};w=60`,
      ratelimit: `"default";r=${remaining};t=${resetS}`,
    },
  });
}
