import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';
import { makeDirectory } from './make-directory.ts';

/**
 * Where container engines put secrets. Rights there are what the engine gives them, usually for everybody, and the
 * container has one user: what protects them is where they lie on the host.
 */
const handedIn = '/run/secrets/';

const remedy = (path: string) => `Run: chmod 600 ${path}`;

/** Whether the file was handed in by the engine that runs this container. */
export function isHandedIn(path: string): boolean {
  return resolve(path).startsWith(handedIn);
}

/** Reads a file that only its owner may read. @throws StoreUnavailable when others may, or when it cannot be read. */
export function readSecretFile(path: string): string {
  const others = statSync(path).mode & 0o077;
  if (others !== 0 && !isHandedIn(path))
    throw new StoreUnavailable('key file', `${path} can be read by other users`, remedy(path));
  return readFileSync(path, 'utf8');
}

/** Replaces the file as one, readable by its owner only. @throws StoreUnavailable */
export function writeSecretFile(path: string, text: string): void {
  written(path, text, (next) => renameSync(next, path));
}

/**
 * Makes the file unless it is there: of several processes one makes it, whole, and all read the same.
 * @throws StoreUnavailable
 */
export function createSecretFile(path: string, text: string): void {
  written(path, text, (next) => {
    try {
      linkSync(next, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  });
}

/** The secret in the file; made, once, by the first process that asks. @throws StoreUnavailable */
export function secretFileOrNew(path: string, make: () => string): string {
  if (!existsSync(path)) createSecretFile(path, make());
  return readSecretFile(path);
}

/** Writes beside the file first, so that nobody ever sees half of it. */
function written(path: string, text: string, put: (next: string) => void): void {
  const next = `${path}.${randomUUID()}.new`;
  try {
    makeDirectory(dirname(path));
    writeFileSync(next, text, { mode: 0o600 });
    put(next);
  } catch (cause) {
    throw new StoreUnavailable('key file', cause, 'Make its directory writable for this user.');
  } finally {
    rmSync(next, { force: true });
  }
}
