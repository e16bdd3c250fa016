import { createRemoteJWKSet, errors } from 'jose';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';
import type { TokenKeys, VerificationKey } from '../../ports/token-keys.ts';

const cooldownMs = 30_000;
const keptMsMax = 60_000;
const timeoutMs = 5_000;

/**
 * Keys of an identity provider. Fetched when a key is unknown, at most every 30 s, and again after 60 s, so that a
 * withdrawn key stops working. While the provider cannot be reached, keys that were good go on working.
 */
export function openRemoteKeys(url: string): TokenKeys {
  const fetched = createRemoteJWKSet(new URL(url), {
    cooldownDuration: cooldownMs,
    cacheMaxAge: keptMsMax,
    timeoutDuration: timeoutMs,
  });
  const lastGood = new Map<string | undefined, VerificationKey>();

  return {
    find: async (kid) => {
      try {
        const key = (await fetched({ alg: 'RS256', ...(kid !== undefined && { kid }) })) as VerificationKey;
        lastGood.set(kid, key);
        return key;
      } catch (cause) {
        if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) {
          lastGood.delete(kid);
          return undefined;
        }
        const key = lastGood.get(kid);
        if (key !== undefined) return key;
        throw new StoreUnavailable(
          'key server',
          cause,
          'AUTH_JWKS must be reachable and answer a JSON Web Key Set.',
        );
      }
    },
  };
}
