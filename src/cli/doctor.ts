import { type CliCommand, exitCodes } from './command.ts';
import { dependenciesOf } from './doctor/dependencies.ts';
import { type Diagnoses, verdictOf } from './doctor/diagnosis.ts';
import { examineStore } from './doctor/examine-store.ts';
import { showDiagnoses } from './doctor/report.ts';
import { settingFindings } from './doctor/setting-findings.ts';
import { rolesFrom } from './roles.ts';

const verdictCodes = {
  fine: exitCodes.done,
  wanting: exitCodes.no,
  down: exitCodes.dependencyDown,
} as const;

export const doctor: CliCommand = {
  summary: 'try every dependency, and say what is wrong and how to mend it',
  usage: '[--role command|query|projector|process]',
  help: `Tries the event store, the read model, the key store, the cache and the keys of tokens, all at once, 2 seconds at most:
what runs there, how fast it answers, what is missing or insecure, and how to mend each. Changes nothing; a server may run meanwhile.

  --role ROLE   look as a process of this role: only at what it uses, and with the rights it needs

Exit codes: 0 fine, though there may be warnings; 1 something has to be mended; 3 a dependency is down.`,
  options: { role: { type: 'string' } },
  words: [0, 0],
  run: async ({ options, config, terminal }) => {
    const roles = rolesFrom(options['role']);
    const dependencies = dependenciesOf(config, { roles, projectionsMustRun: true });
    const diagnoses: Diagnoses = {
      dependencies: await Promise.all(dependencies.map(examineStore)),
      settings: settingFindings(config, roles),
    };
    showDiagnoses(diagnoses, terminal);
    endSoon();
    return verdictCodes[verdictOf(diagnoses)];
  },
};

const lingerMsMax = 200;

/** What was given up on may still be connecting; it must not keep the answer. */
function endSoon(): void {
  setTimeout(() => process.exit(), lingerMsMax).unref();
}
