import { resolve } from 'node:path';
import { type Config, isLoopback, type SettingName, settings } from '../../config.ts';
import { withoutSecrets } from '../../domain/kernel/without-secrets.ts';
import { sharesStores } from '../../main.ts';
import type { Finding } from '../../ports/examination.ts';
import { roles as everyRole, type Role } from '../../service.ts';
import { readableByOthers } from './readable-by-others.ts';

/** What is wrong or risky about the settings themselves, whatever the dependencies say. */
export function settingFindings(config: Config, roles: ReadonlySet<Role>): readonly Finding[] {
  return [
    ...memoryFindings(config, roles),
    ...openFindings(config),
    ...secretFindings(config),
    ...cursorFindings(config, roles),
    ...keyFindings(config),
  ];
}

/** Stores that live in the process are for trying things out. */
function memoryFindings(config: Config, roles: ReadonlySet<Role>): readonly Finding[] {
  const findings: Finding[] = [];
  const { EVENT_STORE, KEY_STORE, HOST } = config;
  const severity = isLoopback(HOST) ? 'warning' : 'defect';
  if (inMemory(EVENT_STORE)) {
    const what = 'EVENT_STORE: everything that is recorded is lost when the process ends';
    findings.push({ severity, what, remedy: 'Set it to sqlite:… or esdb://…' });
  } else if (inMemory(KEY_STORE)) {
    const what = 'KEY_STORE: personal data in the log cannot be read again after the process has ended';
    findings.push({ severity: 'defect', what, remedy: 'Set it to sqlite:…, on a disk that is backed up.' });
  }
  if (roles.size < everyRole.length && !sharesStores(config)) {
    const what =
      'a role by itself sees nothing of the others: EVENT_STORE or READ_MODEL is in the memory of a process';
    findings.push({ severity: 'defect', what, remedy: 'Use stores that processes share.' });
  }
  return findings;
}

function inMemory(url: string): boolean {
  return url.startsWith('memory:');
}

/** What others than this machine can reach. */
function openFindings({ HOST, METRICS_PUBLIC, AUTH_LIFETIME_S_MAX }: Config): readonly Finding[] {
  if (isLoopback(HOST)) return [];
  const findings: Finding[] = [];
  if (METRICS_PUBLIC) {
    const what = `METRICS_PUBLIC: whoever reaches ${HOST} sees how much is sold`;
    const remedy = 'Set it to false, and give the scraper a token with ops:read.';
    findings.push({ severity: 'warning', what, remedy });
  }
  if (AUTH_LIFETIME_S_MAX > 86_400) {
    const what = `AUTH_LIFETIME_S_MAX: a token that was stolen is good for up to ${AUTH_LIFETIME_S_MAX} s`;
    findings.push({ severity: 'warning', what, remedy: 'Set it to a day or less.' });
  }
  return findings;
}

/** Where secrets lie, and who else can read them. */
function secretFindings(config: Config): readonly Finding[] {
  const findings: Finding[] = [];
  const own = config.AUTH_JWKS === undefined ? ['auth-keys.json', 'cursor.key'] : ['cursor.key'];
  const files = [...Object.values(config.files), ...own.map((name) => resolve(config.DATA_DIR, name))];
  for (const path of files.filter(readableByOthers)) {
    const what = `${path} holds a secret, and other users of this machine can read it`;
    findings.push({ severity: 'warning', what, remedy: `Run: chmod 600 ${path}` });
  }
  for (const name of secretNames.filter((each) => !(each in config.files) && holdsSecret(config[each]))) {
    const what = `${name}: its secret is in the environment, which others can see and which is inherited`;
    const remedy = `Write it to a file, and name that in ${name}_FILE.`;
    if (!isLoopback(config.HOST)) findings.push({ severity: 'warning', what, remedy });
  }
  return findings;
}

const secretNames = Object.entries(settings).flatMap(([name, each]) =>
  'secret' in each ? [name as SettingName] : [],
);

/** A whole secret, or an address that is not the same without its password. */
function holdsSecret(value: Config[SettingName]): boolean {
  return typeof value === 'string' && (!value.includes(':') || withoutSecrets(value) !== value);
}

/** On one machine the secret in DATA_DIR is shared; on several, each process would sign with its own. */
function cursorFindings(config: Config, roles: ReadonlySet<Role>): readonly Finding[] {
  const { CURSOR_SECRET, READ_MODEL } = config;
  const isOnServer = !inMemory(READ_MODEL) && !READ_MODEL.startsWith('sqlite:');
  if (CURSOR_SECRET !== undefined || !isOnServer || !roles.has('query')) return [];
  const what = 'CURSOR_SECRET: query processes on other machines cannot read the cursors of this one';
  return [{ severity: 'warning', what, remedy: 'Set CURSOR_SECRET_FILE to the same secret everywhere.' }];
}

/** The log is on a server, for whichever machine; the keys to what is sealed in it are on this one alone. */
function keyFindings({ EVENT_STORE, KEY_STORE, HOST }: Config): readonly Finding[] {
  const isOnServer = !inMemory(EVENT_STORE) && !EVENT_STORE.startsWith('sqlite:');
  if (!isOnServer || !KEY_STORE.startsWith('sqlite:') || isLoopback(HOST)) return [];
  const what = 'KEY_STORE: processes on other machines cannot read what this one seals';
  const remedy = 'Where roles run on several machines, set KEY_STORE to the same mongodb:// URL everywhere.';
  return [{ severity: 'warning', what, remedy }];
}
