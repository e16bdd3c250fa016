import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import type { Config } from '../../../src/config.ts';
import { openSigningKeys } from '../../../src/main.ts';
import {
  nowS,
  type SigningKey,
  signed,
  signedWithPublicKey,
  withSignature,
} from '../../support/http-tokens.ts';

/** Who calls. */
export interface Tokens {
  /** May do everything. */
  readonly operator: string;
  readonly customers: readonly string[];
  /** May read its own orders, and nothing else. */
  readonly reader: string;
  /** Allows nothing at all. */
  readonly nobody: string;
  /** Authorization headers that are no good, each for a reason of its own. */
  readonly broken: readonly string[];
}

const lifetimeS = 3_600;
export const customersMax = 4;

export async function makeTokens(config: Config, key: SigningKey): Promise<Tokens> {
  const keys = await openSigningKeys(config, createSystemClock());
  const sign = (subject: string, scope: string) => keys.sign({ subject, scope, lifetimeS });
  const customers = Array.from({ length: customersMax }, (_, index) =>
    sign(`customer-${index}`, 'orders:write orders:read'),
  );
  const operator = await sign('operator', 'ops:write ops:read orders:write orders:read admin');
  return {
    operator,
    customers: await Promise.all(customers),
    reader: await sign('customer-0', 'orders:read'),
    nobody: await sign('customer-0', 'something else'),
    broken: brokenOnes(key, operator),
  };
}

function brokenOnes(key: SigningKey, good: string): readonly string[] {
  const [header = '', claims = '', signature = ''] = good.split('.');
  const iat = nowS();
  const forged = [
    { claims: { exp: iat - 60, iat: iat - 120 } },
    { claims: { exp: undefined } },
    { claims: { iat: iat + 3_600, exp: iat + 7_200 } },
    { claims: { exp: iat + 10 ** 9 } },
    { claims: { iss: 'somebody-else' } },
    { claims: { aud: 'another-api' } },
    { claims: { sub: '' } },
    { claims: { sub: 7 } },
    { claims: { sub: 'a b/../c' } },
    { claims: '{"sub":"operator","sub":"customer-1"}' },
    { claims: 'null' },
    { claims: '[]' },
    { claims: `${'['.repeat(500)}${']'.repeat(500)}` },
    { header: { kid: 'another' } },
    { header: { kid: '../../etc/passwd' } },
    { header: { typ: 'dpop+jwt' } },
    { header: { alg: 'none' } },
    { header: { crit: ['x'], x: 1 } },
    { header: 'not json' },
  ].map((forgery) => `Bearer ${signed(key, forgery)}`);
  return [
    ...forged,
    ...[
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      'Bearer a.b.c',
      `Bearer ${good}x`,
      `Bearer  ${good}`,
      `bearer,${good}`,
    ],
    ...[
      `Basic ${Buffer.from('operator:operator').toString('base64')}`,
      `Digest ${good}`,
      good,
      `Bearer ${good} ${good}`,
    ],
    `Bearer ${header}.${claims}.`,
    `Bearer ${header}..${signature}`,
    `Bearer ${claims}.${header}.${signature}`,
    `Bearer ${header}.${claims}.${signature.split('').reverse().join('')}`,
    `Bearer ${good.slice(0, -10)}`,
    `Bearer ${'a'.repeat(9_000)}.b.c`,
    `Bearer ${withSignature(key, '', { header: { alg: 'none' } })}`,
    `Bearer ${signedWithPublicKey(key, 'pem')}`,
    `Bearer ${signedWithPublicKey(key, 'jwk')}`,
  ];
}
