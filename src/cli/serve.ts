import type { Config } from '../config.ts';
import { withoutSecrets } from '../domain/kernel/without-secrets.ts';
import { type Role, startService } from '../service.ts';
import { type CliCommand, exitCodes } from './command.ts';
import { rolesFrom } from './roles.ts';

export const serve: CliCommand = {
  summary: 'serve the APIs and keep the read models up to date',
  usage: '[--role command|query|projector|process]',
  help: `  --role ROLE   run one role instead of all, each scaled by itself:
                command    takes commands
                query      answers queries
                projector  builds the read models
                process    runs process managers (none are registered in this version)

SIGTERM and SIGINT stop it: requests in flight are answered first.
Settings: PORT, HOST, DATA_DIR, EVENT_STORE, READ_MODEL and more, see \`ledger config\`.`,
  options: { role: { type: 'string' } },
  words: [0, 0],
  run: async ({ options, config, terminal }) => {
    const running = rolesFrom(options['role']);
    // From the very beginning: whoever reads the line with the address may send the signal at once.
    const stopAsked = signalled();
    let fail = (_error: Error) => {};
    const failed = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    failed.catch(() => {});
    const service = await startService(config, running, fail);
    terminal.line(
      `ledger serves ${service.url}  ${storesInWords(config, running)}  docs ${service.url}/docs`,
    );
    terminal.answer({ url: service.url, roles: [...running] });
    try {
      await Promise.race([stopAsked, failed]);
    } finally {
      await service.stop();
      endSoon();
    }
    return exitCodes.done;
  },
};

const lingerMsMax = 5_000;

/** Ends the process also when a connection to a server that says nothing would keep it; idle ones end it at once. */
function endSoon(): void {
  setTimeout(() => process.exit(), lingerMsMax).unref();
}

/** What it runs on and how it is reached, without passwords: this line ends in logs. */
function storesInWords({ EVENT_STORE, READ_MODEL, CACHE }: Config, running: ReadonlySet<Role>): string {
  const documents = `  read models ${READ_MODEL}  cache ${CACHE}`;
  const usesDocuments = running.has('query') || running.has('projector');
  return withoutSecrets(
    `roles ${[...running].join(', ')}  events ${EVENT_STORE}${usesDocuments ? documents : ''}`,
  );
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
