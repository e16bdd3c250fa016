import { readFileSync, statSync } from 'node:fs';
import { importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenKeys, VerificationKey } from '../../ports/token-keys.ts';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) });

const checkedMsMin = 1_000;

/** Keys of a JWKS file, read again when it changes. A token without a key id is good when there is just one key. */
export function openFileKeys(path: string, clock: Clock): TokenKeys {
  let keys = read();
  let modified = statSync(path).mtimeMs;
  let checkedMs = clock.monotonicMs();

  return {
    find: async (kid) => {
      noticeChange();
      const found = keys.filter((key) => key.kid === kid || (kid === undefined && keys.length === 1));
      const [key] = found;
      return key === undefined || found.length > 1
        ? undefined
        : ((await importJWK(key, 'RS256')) as VerificationKey);
    },
  };

  function read(): readonly JWK[] {
    try {
      const all = keySet.parse(JSON.parse(readFileSync(path, 'utf8'))).keys;
      return all.filter(({ kty }) => kty === 'RSA') as readonly JWK[];
    } catch (cause) {
      throw new StoreUnavailable(
        'key file',
        cause,
        `AUTH_JWKS must name a JSON Web Key Set (RFC 7517): ${path}`,
      );
    }
  }

  /** A file that is half written or gone leaves the keys that were good. */
  function noticeChange(): void {
    if (clock.monotonicMs() - checkedMs < checkedMsMin) return;
    checkedMs = clock.monotonicMs();
    try {
      const now = statSync(path).mtimeMs;
      if (now === modified) return;
      keys = read();
      modified = now;
    } catch {
      // Looked at again in a second.
    }
  }
}
