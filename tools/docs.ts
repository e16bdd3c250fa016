import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './docs/pages.ts';
import { root } from './source-files.ts';

// Writes the generated pages of docs/; with --check only says which of them are not what the source gives.
const isCheck = process.argv.includes('--check');
const stale = pages.filter(({ path, text }) => text() !== current(path));

for (const { path, text } of stale) {
  if (isCheck) process.stderr.write(`${path} is not what the source gives: run npm run docs\n`);
  else writeFileSync(join(root, path), text());
}
process.stdout.write(`${pages.length - stale.length} of ${pages.length} generated pages were up to date\n`);
if (isCheck && stale.length > 0) process.exitCode = 1;

function current(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
