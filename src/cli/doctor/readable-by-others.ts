import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Where container engines put secrets. Their rights there are those the engine gives them, usually for everybody, and the
 * container has one user: what protects them is where they lie on the host.
 */
const handedIn = '/run/secrets/';

const read = 0o004;
const pass = 0o001;

/** Whether other users of this machine can read the file: it lets them, and so does every directory on the way to it. */
export function readableByOthers(file: string): boolean {
  const path = resolve(file);
  if (path.startsWith(handedIn)) return false;
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
