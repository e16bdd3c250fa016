import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../config.ts';
import { DamagedData, OutcomeUnknown, StoreUnavailable, UnreadableEvent } from '../domain/kernel/faults.ts';
import { withoutSecrets } from '../domain/kernel/without-secrets.ts';
import { packageVersion } from '../package-version.ts';
import { type CliCommand, type ExitCode, exitCodes, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { createTerminal } from './terminal.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return overview();
  if (name === '--version') return print(packageVersion);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    return wrong(`There is no command ${name}.`, guess(name) ?? 'Run `ledger --help` for those there are.');
  if (rest.includes('--help') || rest.includes('-h')) return print(helpOf(name, command));
  return run(name, command, rest);
}

async function run(name: string, command: CliCommand, argv: readonly string[]): Promise<ExitCode> {
  try {
    const { positionals, values } = parse(name, command, argv);
    const terminal = createTerminal(values['json'] === true);
    const options = values as Readonly<Record<string, string | boolean | undefined>>;
    return await command.run({ words: positionals, options, config: readConfig(process.env), terminal });
  } catch (error) {
    return explain(name, error);
  }
}

function parse(name: string, command: CliCommand, argv: readonly string[]) {
  const [fewest, most] = command.words;
  try {
    const parsed = parseArgs({
      args: [...argv],
      options: { ...command.options, json: { type: 'boolean' } },
      allowPositionals: true,
      strict: true,
    });
    const count = parsed.positionals.length;
    if (count < fewest) throw new UsageError(`ledger ${name} needs ${command.usage.split(' [', 1)[0]}.`);
    if (count > most) throw new UsageError(`${parsed.positionals[most]} is one word too many.`);
    return parsed;
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(firstSentence((error as Error).message));
  }
}

/** Turns a failure into what it means for the caller: cause, next step, exit code. */
function explain(name: string, error: unknown): ExitCode {
  if (error instanceof UsageError) {
    const usage = `Usage: ledger ${name} ${commands[name]?.usage ?? ''}`.trimEnd();
    return wrong(error.message, usage, `Run \`ledger ${name} --help\` for more.`);
  }
  if (error instanceof ConfigError)
    return wrong(error.message, 'Run `ledger config --help` for all settings.');
  if (error instanceof StoreUnavailable) {
    process.stderr.write(`${error.message}\n${error.remedy}\n`);
    return exitCodes.dependencyDown;
  }
  if (error instanceof OutcomeUnknown) {
    process.stderr.write(
      `${error.message}\nRun the same command again: what was recorded is not recorded twice.\n`,
    );
    return exitCodes.dependencyDown;
  }
  if (error instanceof DamagedData || error instanceof UnreadableEvent) {
    process.stderr.write(`${error.message}\n`);
    return exitCodes.no;
  }
  if (error instanceof Error && 'syscall' in error) {
    process.stderr.write(
      `${error.message}\nCheck that the path exists and that this user may read and write it.\n`,
    );
    return exitCodes.dependencyDown;
  }
  process.stderr.write(
    `${withoutSecrets(error instanceof Error ? String(error.stack) : String(error))}\nThis is a bug in the ledger. What was recorded stays recorded; every command may be run again.\n`,
  );
  return exitCodes.no;
}

/** `Unknown option '--x'. To specify …` → `Unknown option '--x'.` */
function firstSentence(text: string): string {
  return `${text.split('. ', 1)[0]}`.replace(/\.?$/, '.');
}

/** The command that was probably meant: one that shares most of its letters. */
function guess(name: string): string | undefined {
  const near = Object.keys(commands).find((known) => {
    const shared = [...name].filter((letter) => known.includes(letter)).length;
    return known[0] === name[0] && shared / Math.max(known.length, name.length) >= 0.75;
  });
  return near && `Did you mean \`ledger ${near}\`? Run \`ledger --help\` for all commands.`;
}

function overview(): ExitCode {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const list = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return print(
    [
      'ledger: orders and payments as an append-only ledger of events',
      '',
      'Usage: ledger <command> …   (from a checkout: npm run -s ledger -- <command> …)',
      '',
      ...list,
      '',
      'ledger <command> --help explains one. --json answers for programs.',
      'Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 a dependency is down.',
      'Settings are environment variables: see ledger config.',
    ].join('\n'),
  );
}

function helpOf(name: string, { summary, usage, help }: CliCommand): string {
  return [`ledger ${name}: ${summary}`, '', `Usage: ledger ${name} ${usage}`.trimEnd(), '', help]
    .join('\n')
    .trimEnd();
}

function print(text: string): ExitCode {
  process.stdout.write(`${text}\n`);
  return exitCodes.done;
}

function wrong(...lines: readonly string[]): ExitCode {
  process.stderr.write(`${lines.join('\n')}\n`);
  return exitCodes.wrongUse;
}
