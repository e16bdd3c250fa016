import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root, textOf } from '../tools/source-files.ts';

const readme = textOf('README.md');

interface Step {
  readonly title: string;
  readonly script: string;
  readonly output: string;
}

/** The marked snippets, in order, each with the output the text promises. */
function stepsIn(text: string): readonly Step[] {
  const marked =
    /^(?<title>.+)\n\n<!-- tour -->\n```sh\n(?<script>[\s\S]*?)```\n(?:\n```text\n(?<output>[\s\S]*?)```\n)?/gm;
  return [...text.matchAll(marked)].map(({ groups = {} }) => ({
    title: groups['title'] ?? '',
    script: groups['script'] ?? '',
    output: groups['output'] ?? '',
  }));
}

const steps = stepsIn(readme);
const serveCommand = /<!-- serve -->\n```sh\n(?<command>.*)\n```/.exec(readme)?.groups?.['command'] ?? '';
const address = 'http://127.0.0.1:8080';

describe('the README', () => {
  let directory: string;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ledger-readme-'));
    const [command = '', ...args] = serveCommand.split(' ');
    server = spawn(command, args, { cwd: root, env: environment(), detached: true });
    url = await urlOf(server);
  });

  afterAll(async () => {
    if (server?.pid !== undefined && server.exitCode === null) {
      const ended = once(server, 'exit');
      // npm and the ledger below it are one process group.
      process.kill(-server.pid, 'SIGTERM');
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  });

  it('gives a tour whose commands do what it says, in the order it says', { timeout: 60_000 }, async () => {
    expect(steps.length).toBeGreaterThan(6);
    const tour = steps
      .map(({ script }, index) => `${script}\nprintf '%s\\n' '--- end of step ${index}'`)
      .join('\n');
    expect(tour).toContain(address);

    const { stdout, stderr } = await promisify(execFile)(
      'bash',
      ['-euo', 'pipefail', '-c', tour.replaceAll(address, url)],
      { cwd: root, env: environment() },
    );

    const outputs = stdout.split(/--- end of step \d+\n/);
    const done = steps.map(({ title }, index) => ({ title, output: outputs[index] }));
    expect(done).toEqual(steps.map(({ title, output }) => ({ title, output })));
    expect(stderr).not.toContain('Error');
  });

  it('names only npm scripts that exist, the two that start everything among them', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(textOf('package.json')));
    const named = [...readme.matchAll(/npm (?:run (?:-s )?)?(?<name>[a-z]+)/g)]
      .map(({ groups }) => groups?.['name'] ?? '')
      .filter((name) => name !== 'ci');
    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  function environment(): NodeJS.ProcessEnv {
    return { ...process.env, DATA_DIR: directory, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error' };
  }
});

describe('the reading of the tour', () => {
  it('finds a snippet, its title and its promised output', () => {
    const text = 'Say it.\n\n<!-- tour -->\n```sh\necho hello\n```\n\n```text\nhello\n```\n';
    expect(stepsIn(text)).toEqual([{ title: 'Say it.', script: 'echo hello\n', output: 'hello\n' }]);
  });
});

/** The address in the line that the start prints. */
async function urlOf({ stdout, stderr }: ChildProcess): Promise<string> {
  let said = '';
  stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  for await (const chunk of stdout ?? []) {
    said += String(chunk);
    const url = /ledger serves (?<url>\S+)/.exec(said)?.groups?.['url'];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended without saying where it serves: ${said}`);
}
