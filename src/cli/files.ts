import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './command.ts';

/** @throws UsageError unless there is such a file to read. */
export function requireFile(path: string): void {
  if (!existsSync(path)) throw new UsageError(`There is no file ${path}.`);
  if (!statSync(path).isFile()) throw new UsageError(`${path} is not a file.`);
}

/** @throws UsageError where a file cannot be written, or may not be replaced. */
export function requireWritable(path: string, mayReplace: boolean): void {
  if (!existsSync(dirname(path))) throw new UsageError(`There is no directory ${dirname(path)}.`);
  if (!existsSync(path)) return;
  if (!statSync(path).isFile()) throw new UsageError(`${path} is not a file.`);
  if (!mayReplace) throw new UsageError(`${path} is there already; use --force to replace it.`);
}
