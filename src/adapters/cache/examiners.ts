import type { Examiner } from '../../ports/examination.ts';
import { redisCache } from './redis/examine.ts';

/** How caches are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const cacheExaminers: Readonly<Record<string, Examiner>> = {
  redis: redisCache,
  rediss: redisCache,
};
