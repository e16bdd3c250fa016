import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { type Role, roles } from '../../service.ts';
import { readableByOthers } from './readable-by-others.ts';
import { settingFindings } from './setting-findings.ts';
import { transportFindings } from './transport.ts';

const everyRole = new Set(roles);
const directory = mkdtempSync(join(tmpdir(), 'ledger-doctor-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Which settings are complained of, and how badly. */
function complaints(
  environment: Record<string, string>,
  running: ReadonlySet<Role> = everyRole,
): readonly string[] {
  const config = readConfig({ DATA_DIR: directory, ...environment });
  return settingFindings(config, running).map(({ severity, what }) => `${severity} ${what.split(':')[0]}`);
}

const openToAll = { HOST: '0.0.0.0', AUTH_JWKS: 'https://id.example.com/keys' };

describe('settings', () => {
  it('are fine as they come', () => {
    expect(complaints({})).toEqual([]);
    expect(complaints(openToAll)).toEqual([]);
  });

  it.each<[string, Record<string, string>, readonly string[]]>([
    ['a log in memory, to try something out', { EVENT_STORE: 'memory:' }, ['warning EVENT_STORE']],
    ['a log in memory, for others', { ...openToAll, EVENT_STORE: 'memory:' }, ['defect EVENT_STORE']],
    ['keys in memory with a log that stays', { KEY_STORE: 'memory:' }, ['defect KEY_STORE']],
    ['metrics for everybody', { ...openToAll, METRICS_PUBLIC: 'true' }, ['warning METRICS_PUBLIC']],
    ['metrics for everybody on this machine', { METRICS_PUBLIC: 'true' }, []],
    [
      'tokens good for a year',
      { ...openToAll, AUTH_LIFETIME_S_MAX: '31536000' },
      ['warning AUTH_LIFETIME_S_MAX'],
    ],
    ['a password in the environment', { ...openToAll, CACHE: 'redis://:pw@cache' }, ['warning CACHE']],
    ['an address without one', { ...openToAll, CACHE: 'redis://cache' }, []],
    [
      'a secret in the environment',
      { ...openToAll, CURSOR_SECRET: 'x'.repeat(32) },
      ['warning CURSOR_SECRET'],
    ],
    [
      'cursors signed by each process for itself',
      { READ_MODEL: 'mongodb://mongo/ledger' },
      ['warning CURSOR_SECRET'],
    ],
    [
      'a log for several machines and keys for one',
      { ...openToAll, EVENT_STORE: 'esdb://events:2113' },
      ['warning KEY_STORE'],
    ],
    [
      'a log and keys for several machines',
      { ...openToAll, EVENT_STORE: 'esdb://events:2113', KEY_STORE: 'mongodb://mongo/keys' },
      [],
    ],
    ['a log on a server, for this machine', { EVENT_STORE: 'esdb://events:2113' }, []],
  ])('that mean %s are judged so', (_what, environment, expected) => {
    expect(complaints(environment)).toEqual(expected);
  });

  it('of a role by itself must not lead into the memory of its process', () => {
    expect(complaints({ EVENT_STORE: 'memory:' }, new Set(['query']))).toContain(
      'defect a role by itself sees nothing of the others',
    );
  });
});

describe('the way to a store', () => {
  const severities = (hosts: readonly string[], isEncrypted: boolean, isAuthenticated: boolean) =>
    transportFindings({ hosts, isEncrypted, isAuthenticated }).map(({ what }) => what.replace(/ .*/, ''));

  it.each([[['127.0.0.1']], [['localhost', '::1']], [['event-store']], [['mongo']]])(
    'may be open where nobody else is: %j',
    (hosts) => {
      expect(severities(hosts, false, false)).toEqual([]);
    },
  );

  it.each([[['10.0.0.7']], [['db.example.com']], [['mongo', 'mongo.example.com']]])(
    'must not be open where others are: %j',
    (hosts) => {
      expect(transportFindings({ hosts, isEncrypted: false, isAuthenticated: false })).toHaveLength(2);
      expect(transportFindings({ hosts, isEncrypted: true, isAuthenticated: false })).toHaveLength(1);
      expect(severities(hosts, true, true)).toEqual([]);
    },
  );
});

describe('a file that others can read', () => {
  it('is one that lets them, with a way to it', () => {
    const file = join(directory, 'secret');
    writeFileSync(file, '');
    chmodSync(file, 0o644);
    chmodSync(directory, 0o755);
    expect(readableByOthers(file)).toBe(true);
    chmodSync(directory, 0o700);
    expect(readableByOthers(file)).toBe(false);
    chmodSync(directory, 0o755);
    chmodSync(file, 0o600);
    expect(readableByOthers(file)).toBe(false);
  });
});
