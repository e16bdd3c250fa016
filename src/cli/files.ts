import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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

/** @throws UsageError where both paths lead to one file, so that one of them would be lost; their directories must exist. */
export function requireApart(one: string, other: string): void {
  if (leadsTo(one) === leadsTo(other)) throw new UsageError(`${other} needs a file of its own.`);
}

/** Where a path ends, links followed, of a file that may not be there yet. */
function leadsTo(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
}
