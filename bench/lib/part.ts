import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { collect } from './load.ts';

/** Runs a script of `bench/parts` in a process of its own, with a heap of its own, and answers what it printed. */
export async function runPart<Answer>(name: string, ...words: readonly string[]): Promise<Answer> {
  const script = fileURLToPath(new URL(`../parts/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(await collect(child)) as Answer;
}
