import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isHandedIn } from '../../adapters/shared/secret-file.ts';

const read = 0o004;
const pass = 0o001;

/** Whether other users of this machine can read the file: it lets them, and so does every directory on the way to it. */
export function readableByOthers(file: string): boolean {
  const path = resolve(file);
  if (isHandedIn(path)) return false;
  try {
    if ((statSync(path).mode & read) === 0) return false;
    for (let directory = dirname(path); directory !== dirname(directory); directory = dirname(directory)) {
      if ((statSync(directory).mode & pass) === 0) return false;
    }
    return true;
  } catch {
    return false;
  }
}
