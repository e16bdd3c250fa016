import { readFileSync } from 'node:fs';

/** What was found in files, and what is wrong with those that gave nothing. */
export interface SettingsFromFiles {
  /** The environment, with the content of each file as the value of its setting. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The file of each setting that was read from one. */
  readonly files: Readonly<Record<string, string>>;
  readonly complaints: readonly string[];
}

const bytesMax = 65_536;

/** Where a setting is read from a file: `CACHE` → `CACHE_FILE`. */
export function fileVariableOf(name: string): string {
  return `${name}_FILE`;
}

/**
 * Reads the settings whose file is named: `CACHE_FILE=/run/secrets/cache` gives CACHE the content of that file, without
 * the white space around it. So passwords stay out of the environment, which is shown by tools and handed to children.
 */
export function settingsFromFiles(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): SettingsFromFiles {
  const found: Record<string, string> = {};
  const files: Record<string, string> = {};
  const complaints: string[] = [];
  for (const name of names) {
    const variable = fileVariableOf(name);
    const path = environment[variable];
    if (path === undefined || path === '') continue;
    if ((environment[name] ?? '') !== '') {
      complaints.push(`${variable}: ${name} is set too; set one of them`);
      continue;
    }
    const { text, complaint } = contentOf(path);
    if (text === undefined) complaints.push(`${variable}: ${complaint}`);
    else {
      found[name] = text;
      files[name] = path;
    }
  }
  return { environment: { ...environment, ...found }, files, complaints };
}

interface Content {
  readonly text?: string;
  readonly complaint?: string;
}

function contentOf(path: string): Content {
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text === '') return { complaint: `${path} is empty; write the value into it` };
    if (text.length > bytesMax)
      return { complaint: `${path} is too long to be a setting; name another file` };
    return { text };
  } catch (error) {
    return { complaint: `${path} ${whyNot(error)}` };
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; make it, or correct the path',
  EACCES: 'cannot be read by this user; give it the right to',
  EISDIR: 'is a directory; name a file in it',
  ENOTDIR: 'does not exist; make it, or correct the path',
};

function whyNot(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return reasons[code] ?? `cannot be read (${code}); check the path and its rights`;
}
