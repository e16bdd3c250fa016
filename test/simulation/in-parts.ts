import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { canaryVariable } from './canaries.ts';
import type { SeedsResult } from './simulate.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Runs worlds in a process of their own, with a planted bug where one is named. Rejects where that process fails. */
export function inProcess(
  from: number,
  count: number,
  commands: number,
  canary?: string,
): Promise<SeedsResult> {
  return partOf(['--part', `${from},${count}`, '--commands', String(commands)], canary);
}

/** What the simulator answers in a process of its own. Rejects where that process fails. */
export function partOf<Answer>(given: readonly string[], canary?: string): Promise<Answer> {
  const planted = canary === undefined ? [] : ['--import', here('plant.ts')];
  const child = spawn(process.execPath, [...planted, here('main.ts'), ...given], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(canary !== undefined && { [canaryVariable]: canary }) },
  });
  let answer = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(answer) as Answer);
      else reject(new Error(`${given.join(' ')} ended with ${code}: ${errors.slice(-2_000)}`));
    });
  });
}

/** Does each of `jobs`, so many at a time, and answers in their order. */
export async function abreast<Job, Answer>(
  jobs: readonly Job[],
  width: number,
  work: (job: Job) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < jobs.length; at = next++) answers[at] = await work(jobs[at] as Job);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return answers;
}
