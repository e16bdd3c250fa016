import type { CliCommand } from './command.ts';
import { dependenciesOf } from './doctor/dependencies.ts';
import { examineStores } from './doctor/examine-store.ts';
import { conclude } from './doctor/report.ts';
import { settingFindings } from './doctor/setting-findings.ts';
import { rolesFrom } from './roles.ts';

export const doctor: CliCommand = {
  summary: 'try every dependency, and say what is wrong and how to mend it',
  usage: '[--role command|query|projector|process]',
  help: `Tries the event store, the read model, the key store, the cache and the keys of tokens, all at once, 2 seconds at most:
what runs there, how fast it answers, what is missing or insecure, and how to mend each. Changes nothing; a server may run meanwhile.

  --role ROLE   look as a process of this role: only at what it uses, and with the rights it needs

Exit codes: 0 it works, though there may be warnings; 1 something has to be mended; 3 a dependency is down.`,
  options: { role: { type: 'string' } },
  words: [0, 0],
  run: async ({ options, config, terminal }) => {
    const roles = rolesFrom(options['role']);
    const dependencies = dependenciesOf(config, { roles, projectionsMustRun: true });
    const found = {
      ...(await examineStores(dependencies)),
      settings: settingFindings(config, roles),
    };
    return conclude(found, terminal);
  },
};
