import { type SettingName, settings } from '../config.ts';
import { type CliCommand, exitCodes } from './command.ts';

const nameWidth = Math.max(...Object.keys(settings).map(({ length }) => length));

export const showConfig: CliCommand = {
  summary: 'list all settings with their values in force',
  usage: '',
  help: `Settings are environment variables; all are optional. A wrong value is named with what it should be, exit code 2.

${Object.entries(settings)
  .map(
    ([name, each]) =>
      `  ${name.padEnd(nameWidth)}  ${each.about}${'default' in each ? ` [${each.default}]` : ''}`,
  )
  .join('\n')}`,
  options: {},
  words: [0, 0],
  run: async ({ config, terminal }) => {
    const rows = Object.entries(settings).map(([name, setting]) => {
      const value = config[name as SettingName];
      const isSecret = 'secret' in setting && value !== undefined;
      return {
        name,
        value: isSecret ? '(secret)' : (value ?? null),
        default: setting.default ?? null,
        about: setting.about,
      };
    });
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
