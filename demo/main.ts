import { constants } from 'node:os';
import { DemoFailure } from './demo-failure.ts';
import { type DemoOptions, help, readOptions, WrongUse } from './options.ts';
import { Show } from './show.ts';

const exitCodes = { kept: 0, broken: 1, wrongUse: 2 } as const;

// A failure may leave requests under way that would only be waited for.
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readOptions(argv);
    if (options !== 'help') return await perform(options);
    process.stdout.write(`${help}\n`);
    return exitCodes.kept;
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`${error.message}\nnpm run demo -- --help lists what there is.\n`);
    return exitCodes.wrongUse;
  }
}

async function perform(options: DemoOptions): Promise<number> {
  const show = new Show(options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => leave(signal));
  // A reader that has seen enough, such as `head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    void leave('SIGPIPE');
  });
  try {
    const isKept = await show.run();
    await show.cleanUp();
    return isKept ? exitCodes.kept : exitCodes.broken;
  } catch (error) {
    await show.cleanUp();
    const isKnown = error instanceof DemoFailure;
    process.stderr.write(`\nThe demo failed: ${isKnown ? error.message : (error as Error).stack}\n`);
    return exitCodes.broken;
  }

  async function leave(signal: NodeJS.Signals): Promise<never> {
    await show.cleanUp();
    process.exit(128 + constants.signals[signal]);
  }
}
