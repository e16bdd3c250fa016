import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Makes the files that docker-compose.yml takes as secrets, with random values. What is there is never overwritten: run it
 * as often as you like. Needs nothing but Node, so that it also runs in a container: see docs/operating.md.
 *
 * The directory can be entered by its owner alone, and that is what protects the files. They themselves may be read by
 * everybody, because an engine hands them into containers with the rights they have here, and each image has a user of its own.
 */
const directory = resolve(process.argv[2] ?? join(import.meta.dirname, 'secrets'));
const directoryMode = 0o700;
const fileMode = 0o444;

/** Files that only fit each other are made together. Each answers the content of its files, by name. */
const groups: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  'the root user of MongoDB': () => ({ 'mongo-root-password': password() }),
  'the key of the replica set': () => ({ 'mongo-replica-key': randomBytes(256).toString('base64') }),
  'the user of MongoDB that writes documents': () => ({ 'read-model-projector': readModelOf('projector') }),
  'the user of MongoDB that reads documents': () => ({ 'read-model-query': readModelOf('query') }),
  'the users of Redis': () => {
    const users = ['projector', 'query'].map((name) => ({ name, password: password() }));
    return {
      ...Object.fromEntries(users.map((user) => [`cache-${user.name}`, cacheOf(user)])),
      'redis-users.acl': redisUsers(users),
    };
  },
  'the secret of list cursors': () => ({ 'cursor-secret': randomBytes(48).toString('base64url') }),
  'the secret of webhooks': () => ({ 'gateway-webhook-secret': randomBytes(48).toString('base64url') }),
  'the keys of tokens': tokenKeys,
};

interface User {
  readonly name: string;
  readonly password: string;
}

const incomplete = make();
if (incomplete.length > 0) {
  process.stderr.write(`${incomplete.join('\n')}\n`);
  process.exitCode = 1;
}

/** Answers what is wrong: a group of which some files are there and others are not, which only its owner can decide about. */
function make(): readonly string[] {
  mkdirSync(directory, { recursive: true, mode: directoryMode });
  chmodSync(directory, directoryMode);
  const complaints: string[] = [];
  for (const [what, contents] of Object.entries(groups)) {
    const files = Object.entries(contents()).map(([name, text]) => ({ path: join(directory, name), text }));
    const there = files.filter(({ path }) => existsSync(path));
    if (there.length === files.length) {
      say(`kept  ${what}`);
    } else if (there.length > 0) {
      complaints.push(`${what}: ${paths(there)} would not fit new files; remove it, or put back the others.`);
    } else {
      for (const { path, text } of files) writeFileSync(path, `${text}\n`, { flag: 'wx', mode: fileMode });
      // Whatever the umask took away.
      for (const { path } of files) chmodSync(path, fileMode);
      say(`made  ${what}: ${paths(files)}`);
    }
  }
  return complaints;
}

function paths(files: readonly { readonly path: string }[]): string {
  return files.map(({ path }) => path).join(', ');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** 256 random bits in letters that need no escaping in a URL. */
function password(): string {
  return randomBytes(32).toString('base64url');
}

function readModelOf(user: string): string {
  return `mongodb://${user}:${password()}@mongo:27017/ledger?replicaSet=ledger`;
}

function cacheOf({ name, password: secret }: User): string {
  return `redis://${name}:${secret}@redis:6379?keyPrefix=ledger:`;
}

/**
 * Nobody but these two, and they only at entries of the ledger. The server gets a hash of each password. `health` may only
 * ask whether the server answers, which takes no secret.
 */
function redisUsers(users: readonly User[]): string {
  const rights = 'resetchannels ~ledger:* -@all +@read +@write +@scripting +@connection -@dangerous +info';
  return [
    'user default off',
    'user health on nopass resetchannels -@all +ping',
    ...users.map((user) => `user ${user.name} on #${sha256(user.password)} ${rights}`),
  ].join('\n');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A key that signs tokens, as `ledger token` reads it, and its public half, as AUTH_JWKS names it. */
function tokenKeys(): Readonly<Record<string, string>> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const privateJwk = privateKey.export({ format: 'jwk' });
  const { n, e } = privateJwk;
  const kid = randomUUID();
  const publicJwk = { kty: 'RSA', n, e, kid, use: 'sig', alg: 'RS256' };
  return {
    'auth-keys.json': JSON.stringify({ keys: [{ kid, privateJwk }] }, undefined, 2),
    'auth-jwks.json': JSON.stringify({ keys: [publicJwk] }, undefined, 2),
  };
}
