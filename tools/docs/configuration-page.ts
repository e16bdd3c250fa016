import { fileVariables, settings } from '../../src/config.ts';
import { code, generated, page, table } from './markdown.ts';
import { typeOf } from './shape.ts';

/** Every setting, from the one table that reads the environment. */
export function configurationPage(): string {
  return page(
    '# Configuration',
    generated,
    'Settings are environment variables; all are optional, and an empty one counts as not set. A wrong value stops the start with its name and what it should be. `ledger config` prints them with the values in force, secrets and passwords masked.',
    table(
      ['Variable', 'Value', 'Default', 'What it is for'],
      Object.entries(settings).map(([name, setting]) => [
        code(name),
        'secret' in setting
          ? `${typeOf(setting.schema)} (${secretKinds[setting.secret]})`
          : typeOf(setting.schema),
        setting.default === undefined ? '' : code(setting.default),
        setting.about,
      ]),
    ),
    '## Secrets as files',
    'What is secret, or may hold a password, can be read from a file instead, so that it is in no environment: the variable names the file, and what is in it, without white space around it, is the value. Setting both is refused, and so is a file that is not there or is empty. It is read at the start: after a change, restart the process.',
    table(
      ['Variable', 'Stands for'],
      Object.entries(fileVariables).map(([variable, name]) => [code(variable), code(name)]),
    ),
  );
}

const secretKinds = { whole: 'secret', password: 'may hold a password' } as const;
