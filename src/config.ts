import { resolve } from 'node:path';
import { z } from 'zod';
import { plainMessage } from './domain/kernel/plain-message.ts';
import { paidWhen } from './domain/order/state.ts';
import { fileVariableOf, settingsFromFiles } from './settings-from-files.ts';

/** Whole number written in digits. */
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const url = z.string().regex(/^[a-z][a-z0-9+]*:/, 'must be a URL, such as sqlite:./data/ledger.db');

/** One setting: how it is read, what it is when it is not set, what it is for, and whether it may be or hold a secret. */
interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly default?: string;
  readonly about: string;
  /** A secret as a whole, or a URL that may hold a password. Both can be read from a file: `CACHE_FILE` for `CACHE`. */
  readonly secret?: 'whole' | 'password';
}

function setting<Schema extends z.ZodType>(
  schema: Schema,
  about: string,
  fallback?: string,
): Setting<Schema> {
  return fallback === undefined ? { schema, about } : { schema, about, default: fallback };
}

/** A URL that may hold a password. */
function address(about: string, fallback?: string): Setting<typeof url> {
  return { ...setting(url, about, fallback), secret: 'password' };
}

/**
 * Every environment variable the ledger reads; all are optional. `ledger config` prints this table. This file is the
 * only reader of the environment.
 */
export const settings = {
  PORT: setting(whole(0, 65_535), 'Port to serve on; 0 takes a free one.', '8080'),
  HOST: setting(z.string().min(1), 'Address to serve on. Off loopback, AUTH_JWKS is required.', '127.0.0.1'),
  DATA_DIR: setting(z.string().min(1), 'Directory of the embedded stores and of the keys.', './data'),
  EVENT_STORE: address(
    'Where events are kept: sqlite:FILE, esdb://HOST:PORT or esdb+discover://HOST:PORT. Default: sqlite:<DATA_DIR>/ledger.db',
  ),
  READ_MODEL: address(
    'Where read models are kept: sqlite:FILE or mongodb://HOST:PORT/DATABASE. Default: sqlite:<DATA_DIR>/read.db',
  ),
  KEY_STORE: address(
    'Where the keys that seal personal data are kept, the same for all roles: sqlite:FILE or mongodb://HOST:PORT/DATABASE. Default: sqlite:<DATA_DIR>/keys.db',
  ),
  CACHE: address('Where documents are cached: memory:, redis://HOST:PORT or rediss://HOST:PORT.', 'memory:'),
  PAYMENT_GATEWAY: address(
    'Who is asked for money: external: (nobody, callers report it) or simulated:FILE?seed=7&approve=0.8, whose default file is <DATA_DIR>/gateway.db.',
    'external:',
  ),
  GATEWAY_WEBHOOK_SECRET: {
    ...setting(
      z.string().min(32),
      'Shared with the payment provider, which signs its webhooks with it. Without it none is believed.',
    ),
    secret: 'whole',
  },
  PAID_WHEN: setting(
    paidWhen,
    'When an order counts as paid; recorded on each order as it is placed.',
    'captured',
  ),
  AUTH_JWKS: setting(
    z.string().min(1),
    'URL or file of the keys that tokens are signed with. Default: own keys, on loopback only.',
  ),
  AUTH_ISSUER: setting(z.string().min(1), 'Required `iss` of tokens.', 'order-ledger'),
  AUTH_AUDIENCE: setting(z.string().min(1), 'Required `aud` of tokens.', 'order-ledger'),
  AUTH_LIFETIME_S_MAX: setting(
    whole(60, 31_536_000),
    'Longest lifetime (`exp` − `iat`) a token may have, in seconds.',
    '86400',
  ),
  IDEMPOTENCY_KEYS: setting(
    z.enum(['lenient', 'strict']),
    'strict: only quoted keys (RFC 8941 strings); lenient: the bare form too.',
    'lenient',
  ),
  RATE_LIMIT_SUBJECT: setting(
    whole(0, 1_000_000),
    'Requests per minute of one caller, in each process; 0: no limit.',
    '0',
  ),
  RATE_LIMIT_ADDRESS: setting(
    whole(0, 1_000_000),
    'Requests per minute from one address, in each process; 0: no limit.',
    '0',
  ),
  TRUST_PROXY: setting(flag, 'Whether X-Forwarded-For names the caller’s address.', 'false'),
  METRICS_PUBLIC: setting(flag, 'Whether /metrics needs no token off loopback.', 'false'),
  CURSOR_SECRET: {
    ...setting(
      z.string().min(32),
      'Signs list cursors; the same on every query process. Default: kept in DATA_DIR.',
    ),
    secret: 'whole',
  },
  BODY_BYTES_MAX: setting(whole(1_024, 10_485_760), 'Longest request body, in bytes.', '65536'),
  CONNECTIONS_MAX: setting(whole(1, 1_000_000), 'Connections held open at once.', '10000'),
  STREAMS_CACHED_MAX: setting(whole(1, 10_000_000), 'Orders kept folded in memory for commands.', '20000'),
  DOCUMENTS_CACHED_MAX: setting(whole(1, 10_000_000), 'Documents kept in the in-process cache.', '50000'),
  READ_WAIT_MS_MAX: setting(
    whole(0, 60_000),
    'Longest wait of a read for the position it asks for, in ms.',
    '2000',
  ),
  DRAIN_MS_MAX: setting(
    whole(0, 600_000),
    'Longest wait for requests in flight when stopping, in ms.',
    '10000',
  ),
  LOG_LEVEL: setting(
    z.enum(['silent', 'error', 'warn', 'info', 'debug']),
    'Least important line that is logged.',
    'info',
  ),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** Settings that can be read from a file, each by its variable of that name with `_FILE` after it. */
const fromFile = Object.entries<Setting>(settings).flatMap(([name, { secret }]) =>
  secret === undefined ? [] : name,
);

/** Every variable the ledger reads that names the file of a setting, with that setting. */
export const fileVariables: Readonly<Record<string, string>> = Object.fromEntries(
  fromFile.map((name) => [fileVariableOf(name), name]),
);

type Settings = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };

const optional = ['AUTH_JWKS', 'CURSOR_SECRET', 'GATEWAY_WEBHOOK_SECRET'] as const;
type Optional = (typeof optional)[number];

/** The settings in force: every one has a value but those that may be missing. */
export type Config = Omit<Settings, Optional> & { readonly [Name in Optional]?: Settings[Name] } & {
  /** The files of settings that were read from one. */
  readonly files: Readonly<Record<string, string>>;
};

/** A setting that cannot be used, with what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings. An empty variable counts as not set. @throws ConfigError naming every setting that is wrong. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const { environment, files, complaints: unread } = settingsFromFiles(fromFile, variables);
  const complaints = [...unread];
  const values: Record<string, unknown> = { files };
  const dataDir = environment['DATA_DIR'] || settings.DATA_DIR.default || '';
  const derived: Record<string, string> = {
    EVENT_STORE: `sqlite:${resolve(dataDir, 'ledger.db')}`,
    READ_MODEL: `sqlite:${resolve(dataDir, 'read.db')}`,
    KEY_STORE: environment['EVENT_STORE']?.startsWith('memory:')
      ? 'memory:'
      : `sqlite:${resolve(dataDir, 'keys.db')}`,
  };
  for (const [name, { schema, default: fallback }] of Object.entries<Setting>(settings)) {
    const text = environment[name] || fallback || derived[name];
    if (text === undefined) continue;
    const parsed = schema.safeParse(text, { error: plainMessage });
    if (parsed.success) values[name] = parsed.data;
    else complaints.push(`${name}: ${parsed.error.issues.map(({ message }) => message).join('; ')}`);
  }
  const config = values as unknown as Config;
  if (complaints.length === 0) complaints.push(...contradictions(config));
  if (complaints.length > 0) throw new ConfigError(complaints.join('\n'));
  return config;
}

function contradictions({ HOST, AUTH_JWKS, EVENT_STORE, READ_MODEL }: Config): readonly string[] {
  const found: string[] = [];
  if (!isLoopback(HOST) && AUTH_JWKS === undefined) {
    found.push(`AUTH_JWKS: must be set to serve on ${HOST}; own keys are for loopback only`);
  }
  if (AUTH_JWKS?.startsWith('http:') && !isLoopback(new URL(AUTH_JWKS).hostname)) {
    found.push('AUTH_JWKS: keys fetched over plain http can be forged; use https');
  }
  if (EVENT_STORE === READ_MODEL && EVENT_STORE.startsWith('sqlite:')) {
    found.push('READ_MODEL: must not be the file of EVENT_STORE');
  }
  return found;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
