import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';

/**
 * Has `write` make a file beside `file` and puts it in its place when it is whole: what was there stays until then, and
 * for good when `write` throws. What is no regular file, such as a pipe, is written to as it is.
 */
export async function writeAside<T>(file: string, write: (path: string) => Promise<T>): Promise<T> {
  const existing = statSync(file, { throwIfNoEntry: false });
  if (existing !== undefined && !existing.isFile()) return write(file);
  const target = existing === undefined ? file : realpathSync(file);
  const part = `${target}.part`;
  try {
    const result = await write(part);
    sync(part);
    renameSync(part, target);
    return result;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** A name must not come to stand for what the disk does not hold yet. */
function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
