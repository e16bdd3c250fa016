import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Halt, ProjectionCommit, ProjectionShape } from '../../../ports/read-model.ts';
import { type FaultMembers, membersOf } from '../../shared/thread-faults.ts';
import { openGenerationFile } from './generation-file.ts';

/** What a build asks of its thread; answered in order. */
export type BuildRequest =
  | { readonly ask: 'load'; readonly ids: readonly string[] }
  | { readonly ask: 'commit'; readonly commit: ProjectionCommit }
  | { readonly ask: 'position' }
  | { readonly ask: 'halted' }
  | { readonly ask: 'halt'; readonly halt: Halt | undefined }
  | { readonly ask: 'close' };

export type BuildAnswer = { readonly value: unknown } | { readonly fault: FaultMembers };

const { path, shape } = workerData as { readonly path: string; readonly shape: ProjectionShape };
// Whoever dropped the build meanwhile must not get it back.
if (!existsSync(path)) throw new Error(`${path} was removed`);
const generation = openGenerationFile(path, shape);
// One after another, in the order they came: a load finds what the commit before it wrote.
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: BuildRequest) => {
  last = last.then(async () => parentPort?.postMessage(await answer(request)));
});

async function answer(request: BuildRequest): Promise<BuildAnswer> {
  try {
    return { value: await perform(request) };
  } catch (error) {
    return { fault: membersOf(error) };
  }
}

async function perform(request: BuildRequest): Promise<unknown> {
  switch (request.ask) {
    case 'load':
      return generation.load(request.ids);
    case 'commit':
      return generation.commit(request.commit);
    case 'position':
      return generation.position();
    case 'halted':
      return generation.halted();
    case 'halt':
      return generation.halt(request.halt);
    case 'close':
      parentPort?.unref();
      return generation.close();
  }
}
