import type { Config } from '../config.ts';
import { withoutSecrets } from '../domain/kernel/without-secrets.ts';
import { hasWork } from '../process-host.ts';
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
                process    does what the ledger does by itself: asks the payment provider

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

const nothingToDo = 'nothing to do: with PAYMENT_GATEWAY=external: the ledger asks nobody';
const lingerMsMax = 5_000;

/** Ends the process also when a connection to a server that says nothing would keep it; idle ones end it at once. */
function endSoon(): void {
  setTimeout(() => process.exit(), lingerMsMax).unref();
}

/** What it runs on and how it is reached, without passwords: this line ends in logs. */
function storesInWords(config: Config, running: ReadonlySet<Role>): string {
  const { EVENT_STORE, READ_MODEL, CACHE, PAYMENT_GATEWAY } = config;
  const performs = running.has('process') && hasWork(config);
  const serves = running.has('query') || running.has('projector');
  const documents = serves || performs ? `  read models ${READ_MODEL}` : '';
  const cache = serves ? `  cache ${CACHE}` : '';
  const payments =
    performs || (running.has('command') && hasWork(config)) ? `  payments ${PAYMENT_GATEWAY}` : '';
  const idle = running.size === 1 && running.has('process') && !performs ? `  ${nothingToDo}` : '';
  return withoutSecrets(
    `roles ${[...running].join(', ')}  events ${EVENT_STORE}${documents}${cache}${payments}${idle}`,
  );
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
