import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';

const remedy = (path: string) => `Run: chmod 600 ${path}`;

/** Reads a file that only its owner may read. @throws StoreUnavailable when others may, or when it cannot be read. */
export function readSecretFile(path: string): string {
  const others = statSync(path).mode & 0o077;
  if (others !== 0)
    throw new StoreUnavailable('key file', `${path} can be read by other users`, remedy(path));
  return readFileSync(path, 'utf8');
}

/** Replaces the file as one, readable by its owner only. */
export function writeSecretFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}.new`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, path);
}

/** The secret in the file; made, once, by the first process that asks. */
export function secretFileOrNew(path: string, make: () => string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, make(), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return readSecretFile(path);
}
