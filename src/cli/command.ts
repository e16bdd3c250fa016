import type { ParseArgsOptionsConfig } from 'node:util';
import type { Config } from '../config.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes: what scripts rely on. */
export const exitCodes = { done: 0, no: 1, wrongUse: 2, dependencyDown: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command gets: its words and options, already parsed, the settings, and somewhere to say things. */
export interface CliContext {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly config: Config;
  readonly terminal: Terminal;
}

/** One command of the CLI. */
export interface CliCommand {
  /** What it does, in one line. */
  readonly summary: string;
  /** Words and options after the name: `FILE.ndjson [--dry-run]`. */
  readonly usage: string;
  /** The rest of its help: one line an option, examples. */
  readonly help: string;
  readonly options: ParseArgsOptionsConfig;
  /** Fewest and most words it takes. */
  readonly words: readonly [number, number];
  readonly run: (context: CliContext) => Promise<ExitCode>;
}

/** Wrong use of the command line: answered with what to do, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
