import { type Role, roles, startService } from '../service.ts';
import { type CliCommand, exitCodes, UsageError } from './command.ts';

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
      `ledger serves ${service.url}  roles ${[...running].join(', ')}  events ${config.EVENT_STORE}  read models ${config.READ_MODEL}  cache ${config.CACHE}  docs ${service.url}/docs`,
    );
    terminal.answer({ url: service.url, roles: [...running] });
    try {
      await Promise.race([stopAsked, failed]);
    } finally {
      await service.stop();
    }
    return exitCodes.done;
  },
};

function rolesFrom(option: string | boolean | undefined): ReadonlySet<Role> {
  if (option === undefined) return new Set(roles);
  const role = roles.find((known) => known === option);
  if (role === undefined) throw new UsageError(`${option} is not a role; use one of ${roles.join(', ')}.`);
  return new Set([role]);
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
