import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';
import type { Examination, Examiner, Finding } from '../../ports/examination.ts';
import { readSecretFile } from '../shared/secret-file.ts';
import { pathOf } from '../shared/store-url.ts';
import { timed } from '../shared/within-time.ts';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) });
const ownKeys = z.object({ keys: z.array(z.object({ kid: z.string() })).min(1) });

const remedy = 'AUTH_JWKS must name a JSON Web Key Set (RFC 7517) that can be reached from here.';

/** How keys of tokens are looked at: `own:` is the ledger's own file, `file:` and `https:` hold a key set. */
export const tokenKeyExaminers: Readonly<Record<string, Examiner>> = {
  own: { examine: async (url) => examineOwnKeys(resolve(pathOf(url))) },
  file: {
    examine: async (url) => examined(resolve(pathOf(url)), 'key file', readFileSync(pathOf(url), 'utf8')),
  },
  http: { examine: (url, { timeoutMs }) => fetchKeySet(url, timeoutMs) },
  https: { examine: (url, { timeoutMs }) => fetchKeySet(url, timeoutMs) },
};

function examineOwnKeys(path: string): Examination {
  const server = 'own keys';
  if (!existsSync(path)) return { server, isAbsent: true, findings: [] };
  try {
    ownKeys.parse(JSON.parse(readSecretFile(path)));
    return { server, findings: [] };
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    throw new StoreUnavailable(
      'key file',
      `${path} is damaged`,
      'Remove it: new keys are made, and tokens end.',
    );
  }
}

async function fetchKeySet(url: string, timeoutMs: number): Promise<Examination> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { value: response, latencyMs } = await timed(() => fetch(url, { signal }));
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return { ...examined(url, 'key server', text), latencyMs, ...clockIn(response.headers) };
  } catch (cause) {
    throw cause instanceof StoreUnavailable
      ? cause
      : new StoreUnavailable('key server', reasonOf(cause), remedy);
  }
}

/** `fetch failed` says nothing; what caused it does. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

/** To the second, and as old as a cache on the way: only a clock that is far off shows. */
function clockIn(headers: Headers): Pick<Examination, 'clockAheadMs'> {
  const thereMs = Date.parse(headers.get('date') ?? '');
  const ageS = Number(headers.get('age') ?? 0);
  return Number.isNaN(thereMs) || ageS > 0 ? {} : { clockAheadMs: thereMs - Date.now() };
}

function examined(where: string, dependency: string, text: string): Examination {
  const parsed = keySet.safeParse(asJson(text));
  if (!parsed.success) throw new StoreUnavailable(dependency, `${where} holds no JSON Web Key Set`, remedy);
  const usable = parsed.data.keys.filter(({ kty }) => kty === 'RSA');
  const findings: Finding[] = [];
  if (usable.length === 0) {
    const what = 'there is no RSA key in it: no token can be verified';
    findings.push({ severity: 'defect', what, remedy: 'Let the identity provider sign with RS256.' });
  }
  return { server: `key set, ${usable.length} of ${parsed.data.keys.length} keys usable`, findings };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
