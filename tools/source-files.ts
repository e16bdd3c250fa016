import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** One import of a file: what it names, and whether it is types only. */
export interface Import {
  /** A path from the root for relative imports, else the package or `node:` module. */
  readonly target: string;
  readonly typesOnly: boolean;
  /** The imported names; empty for a bare or a namespace import. */
  readonly names: readonly string[];
}

/** One file of the project, by its path from the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly imports: readonly Import[];
}

/** Every file below the folders that ends so, by path. Folders that do not exist have none. */
export function filesBelow(folders: readonly string[], ending: string): readonly string[] {
  return folders
    .flatMap((folder) => walk(folder))
    .filter((path) => path.endsWith(ending))
    .toSorted();
}

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** @param text what the file holds, where it is not to be read from the disk. */
export function sourceFile(path: string, text = textOf(path)): SourceFile {
  return { path, text, lines: text.split('\n'), imports: importsOf(path, text) };
}

function walk(folder: string): string[] {
  if (statSync(join(root, folder), { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) =>
      posix.join(folder, posix.relative(join(root, folder), join(entry.parentPath, entry.name))),
    );
}

const statement =
  /^(import|export)(?<type>\s+type)?\s*(?:(?<clause>[^'";=]*?)\s*from\s*)?'(?<specifier>[^']+)'/gm;
const dynamic =
  /(?<![\w.])import\('(?<specifier>[^']+)'\)(?:\)\.(?<member>\w+))?|new URL\(\s*'(?<url>[^']+\.ts)',\s*import\.meta\.url/g;

function importsOf(path: string, text: string): readonly Import[] {
  const found: Import[] = [];
  for (const { groups = {} } of text.matchAll(statement)) {
    const names = namesIn(groups['clause'] ?? '');
    const typesOnly =
      groups['type'] !== undefined || (names.length > 0 && names.every(({ isType }) => isType));
    found.push({
      target: resolved(path, groups['specifier'] ?? ''),
      typesOnly,
      names: names.map(({ name }) => name),
    });
  }
  for (const { groups = {} } of text.matchAll(dynamic)) {
    const specifier = groups['specifier'] ?? `./${groups['url'] ?? ''}`;
    const { member } = groups;
    found.push({
      target: resolved(path, specifier),
      typesOnly: false,
      names: member === undefined ? [] : [member],
    });
  }
  return found;
}

function namesIn(clause: string): readonly { readonly name: string; readonly isType: boolean }[] {
  const braces = /\{(?<list>[^}]*)\}/.exec(clause)?.groups?.['list'];
  if (braces === undefined) return [];
  const outside = clause.replace(/\{[^}]*\}/, '').replace(/[,\s]/g, '');
  const list = braces
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => ({
      name: part.replace(/^type\s+/, '').split(/\s+as\s+/)[0] ?? '',
      isType: part.startsWith('type '),
    }));
  return outside === '' ? list : [...list, { name: 'default', isType: false }];
}

function resolved(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
}
