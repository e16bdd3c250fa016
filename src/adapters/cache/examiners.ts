import type { Examiner } from '../../ports/examination.ts';
import { serverAddress } from '../shared/server-address.ts';

const redis: Examiner = {
  transport: (url) => {
    const { scheme, hosts, hasUser } = serverAddress(url);
    return { hosts, isEncrypted: scheme === 'rediss', isAuthenticated: hasUser };
  },
  load: () => import('./redis/examine.ts'),
  examine: async (url, needs) => (await import('./redis/examine.ts')).examineRedis(url, needs),
};

/** How caches are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const cacheExaminers: Readonly<Record<string, Examiner>> = { redis, rediss: redis };
