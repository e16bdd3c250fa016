import { StoreUnavailable } from '../../../domain/kernel/faults.ts';

/** Where a Redis is and how to get in, and what begins the name of every key of this ledger. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly keyPrefix: string;
}

const defaultPort = 6_379;
const prefixShape = /^[A-Za-z0-9.:_-]{1,60}$/;
const form = 'Write it as redis://user:password@host:6379/0?keyPrefix=ledger1:, or rediss:// for TLS.';

/** Reads `redis://user:password@host:port/database?keyPrefix=…`. @throws StoreUnavailable, which quotes no password */
export function redisAddress(url: string): RedisAddress {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === '') throw unusable('the URL names no server');
  const { protocol, hostname, port, username, password, pathname, searchParams } = parsed;
  for (const name of searchParams.keys())
    if (name !== 'keyPrefix') throw unusable(`the URL has a parameter ${name} that nobody reads`);
  const keyPrefix = searchParams.get('keyPrefix');
  if (keyPrefix !== null && !prefixShape.test(keyPrefix))
    throw unusable('keyPrefix takes 1 to 60 letters, digits and . : _ -');
  const database = pathname.replace(/^\//, '') || '0';
  if (!/^\d{1,5}$/.test(database)) throw unusable('the database is a number');
  return {
    // An IPv6 address stands in brackets in a URL, and in none anywhere else.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? defaultPort : Number(port),
    isEncrypted: protocol === 'rediss:',
    username: decoded(username),
    password: decoded(password),
    database: Number(database),
    keyPrefix: keyPrefix ?? '',
  };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unusable(why: string): StoreUnavailable {
  return new StoreUnavailable('cache', why, form);
}
