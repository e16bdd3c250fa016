import type { CliCommand } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { code, generated, page, table } from './markdown.ts';

/** Every command of the CLI, with the help it prints. */
export function cliPage(): string {
  return page(
    '# Command line',
    generated,
    'From a checkout: `npm run -s ledger -- <command> …`. Every command takes `--help`, and `--json` for an answer that programs read. Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 a dependency is down. Errors on standard error name the cause and the next step.',
    table(
      ['Command', 'What it does'],
      Object.entries(commands).map(([name, { summary }]) => [
        `[${code(`ledger ${name}`)}](#ledger-${name})`,
        summary,
      ]),
    ),
    ...Object.entries(commands).map(([name, command]) => section(name, command)),
  );
}

function section(name: string, { usage, help }: CliCommand): string {
  return `## ledger ${name}\n\n\`\`\`text\n${`ledger ${name} ${usage}`.trimEnd()}\n\n${help}\n\`\`\``;
}
