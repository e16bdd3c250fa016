import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { TokenKeys, VerificationKey } from '../../ports/token-keys.ts';
import { createSecretFile, readSecretFile, writeSecretFile } from '../shared/secret-file.ts';

const ownKey = z.object({
  kid: z.string(),
  privateJwk: z.looseObject({ kty: z.literal('RSA'), n: z.string(), e: z.string() }),
  /** Set when a newer key took over; it verifies on until its tokens have expired. */
  retiredAt: z.string().optional(),
});
type OwnKey = z.output<typeof ownKey>;
const keyFile = z.object({ keys: z.array(ownKey).min(1) });

const checkedMsMin = 1_000;

export interface Claims {
  readonly subject: string;
  readonly scope: string;
  readonly lifetimeS: number;
}

/** The ledger's own signing keys, in a file of the data directory: for one machine, without an identity provider. */
export interface OwnKeys extends TokenKeys {
  /** A signed token (RS256). */
  sign(claims: Claims): Promise<string>;
  /** Makes a new key the one that signs; answers its id. */
  rotate(): Promise<string>;
}

export interface OwnKeysOptions {
  readonly path: string;
  readonly issuer: string;
  readonly audience: string;
  /** How long a retired key goes on verifying: the longest lifetime of a token. */
  readonly lifetimeSMax: number;
}

/** Opens the keys, making the first on first use. @throws StoreUnavailable when others may read the file. */
export async function openOwnKeys(options: OwnKeysOptions, clock: Clock): Promise<OwnKeys> {
  const { path, issuer, audience, lifetimeSMax } = options;
  if (!existsSync(path)) createSecretFile(path, textOf([await newKey()]));
  let keys = read();
  let readAt = modifiedAt();
  let checkedMs = clock.monotonicMs();

  return {
    find: async (kid) => {
      noticeRotation();
      const key = keys.find((candidate) => candidate.kid === kid);
      return key && ((await importJWK(publicPart(key), 'RS256')) as VerificationKey);
    },
    published: async () => {
      noticeRotation();
      return { keys: keys.map(publicPart) };
    },
    sign: async ({ subject, scope, lifetimeS }) => {
      const key = keys.findLast(({ retiredAt }) => retiredAt === undefined) as OwnKey;
      const now = Math.floor(Date.parse(clock.now()) / 1_000);
      return new SignJWT({ scope })
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(now)
        .setExpirationTime(now + lifetimeS)
        .setJti(randomUUID())
        .sign(await importJWK(key.privateJwk as JWK, 'RS256'));
    },
    rotate: async () => {
      const added = await newKey();
      const now = clock.now();
      write([...stillGood(read()).map((key) => ({ ...key, retiredAt: key.retiredAt ?? now })), added]);
      keys = read();
      return added.kid;
    },
  };

  function read(): readonly OwnKey[] {
    return stillGood(keyFile.parse(JSON.parse(readSecretFile(path))).keys);
  }

  function write(all: readonly OwnKey[]): void {
    writeSecretFile(path, textOf(all));
  }

  function stillGood(all: readonly OwnKey[]): readonly OwnKey[] {
    const nowMs = Date.parse(clock.now());
    return all.filter(
      ({ retiredAt }) => retiredAt === undefined || Date.parse(retiredAt) + lifetimeSMax * 1_000 > nowMs,
    );
  }

  /** Another process may have rotated the keys. */
  function noticeRotation(): void {
    if (clock.monotonicMs() - checkedMs < checkedMsMin) return;
    checkedMs = clock.monotonicMs();
    const now = modifiedAt();
    if (now === readAt) return;
    readAt = now;
    keys = read();
  }

  function modifiedAt(): number {
    return statSync(path).mtimeMs;
  }
}

function textOf(keys: readonly OwnKey[]): string {
  return JSON.stringify({ keys }, undefined, 2);
}

async function newKey(): Promise<OwnKey> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  return ownKey.parse({ kid: randomUUID(), privateJwk: await exportJWK(privateKey) });
}

function publicPart({ kid, privateJwk: { n, e } }: OwnKey): JWK {
  return { kty: 'RSA', n, e, kid, use: 'sig', alg: 'RS256' };
}
