import { type Config, fileVariables, type SettingName, settings } from '../config.ts';
import { withoutSecrets } from '../domain/kernel/without-secrets.ts';
import { type CliCommand, exitCodes } from './command.ts';

interface Row {
  readonly name: string;
  readonly value: string | number | boolean | null;
  readonly default: string | null;
  readonly about: string;
}

/** Every variable with what it is for: the settings, then the files that some of them can be read from. */
const variables = [
  ...Object.entries(settings).map(([name, each]) => ({
    name,
    default: each.default ?? null,
    about: each.about,
  })),
  ...Object.entries(fileVariables).map(([name, setting]) => ({
    name,
    default: null,
    about: `File that holds ${setting}, so that no password is in the environment.`,
  })),
];
const nameWidth = Math.max(...variables.map(({ name }) => name.length));

export const showConfig: CliCommand = {
  summary: 'list all settings with their values in force',
  usage: '',
  help: `Settings are environment variables; all are optional. A wrong value is named with what it should be, exit code 2.
Passwords are never shown.

${variables
  .map(
    (each) =>
      `  ${each.name.padEnd(nameWidth)}  ${each.about}${each.default === null ? '' : ` [${each.default}]`}`,
  )
  .join('\n')}`,
  options: {},
  words: [0, 0],
  run: async ({ config, terminal }) => {
    const rows: readonly Row[] = variables.map((each) => ({
      ...each,
      value: valueInForce(each.name, config),
    }));
    terminal.table(
      ['SETTING', 'VALUE', 'ABOUT'],
      rows.map(({ name, value, about }) => [
        terminal.paint('bold', name),
        value === null ? '(not set)' : String(value),
        about,
      ]),
    );
    terminal.answer({ settings: rows });
    return exitCodes.done;
  },
};

function valueInForce(variable: string, config: Config): Row['value'] {
  const read = fileVariables[variable];
  if (read !== undefined) return config.files[read] ?? null;
  const name = variable as SettingName;
  const value = config[name];
  if (value === undefined) return null;
  const setting = settings[name];
  if ('secret' in setting && setting.secret === 'whole') return '(secret)';
  return typeof value === 'string' ? withoutSecrets(value) : value;
}
