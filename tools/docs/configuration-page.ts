import { settings } from '../../src/config.ts';
import { code, generated, page, table } from './markdown.ts';
import { typeOf } from './shape.ts';

/** Every setting, from the one table that reads the environment. */
export function configurationPage(): string {
  return page(
    '# Configuration',
    generated,
    'Settings are environment variables; all are optional, and an empty one counts as not set. A wrong value stops the start with its name and what it should be. `ledger config` prints them with the values in force, secrets masked.',
    table(
      ['Variable', 'Value', 'Default', 'What it is for'],
      Object.entries(settings).map(([name, setting]) => [
        code(name),
        'secret' in setting ? `${typeOf(setting.schema)} (secret)` : typeOf(setting.schema),
        setting.default === undefined ? '' : code(setting.default),
        setting.about,
      ]),
    ),
  );
}
