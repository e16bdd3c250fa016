import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { textOf } from '../tools/source-files.ts';

describe('the workflow', () => {
  const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
  const job = z.looseObject({
    'timeout-minutes': z.int(),
    env: z.record(z.string(), z.string()).default({}),
    steps: z.array(step),
  });
  const workflow = z
    .looseObject({ permissions: z.record(z.string(), z.string()), jobs: z.record(z.string(), job) })
    .parse(parse(textOf('.github/workflows/ci.yml')));
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((each) => each.steps);
  const commandsOf = (name: string) =>
    (workflow.jobs[name]?.steps ?? []).map(({ run = '' }) => run).join('\n');

  it('runs the gate that a machine of ours runs, and looks for known holes in what is shipped', () => {
    const commands = steps.map(({ run }) => run);
    expect(commands).toContain('.ci/run');
    expect(commands).toContain('npm audit --omit=dev');
  });

  it('runs the whole suite against real servers, in the versions of the compose file, skipping nothing', () => {
    expect(workflow.jobs['servers']?.env).toMatchObject({
      EVENT_STORE: expect.stringMatching(/^esdb:/),
      READ_MODEL: expect.stringMatching(/^mongodb:/),
      CACHE: expect.stringMatching(/^redis:/),
      CI: 'true',
    });
    const commands = commandsOf('servers');
    expect(commands).toContain('npm test');
    expect(commands).toContain('rs.initiate');
    for (const name of ['event-store', 'mongo', 'redis']) expect(commands).toContain(`"$(image ${name})"`);
  });

  it('starts the compose file with nothing but its secrets made, and places an order', () => {
    const commands = commandsOf('compose');
    expect(commands).toMatch(/deploy\/secrets\.ts[\s\S]*docker compose up[\s\S]*deploy\/first-order\.sh/);
    expect(textOf('deploy/first-order.sh')).toContain('docker compose run --rm -T token');
  });

  it('says everything in words that a shell understands', () => {
    const scripts = [...steps.flatMap(({ run }) => run ?? []), textOf('deploy/first-order.sh')];
    const wrong = scripts.filter((script) => spawnSync('bash', ['-n'], { input: script }).status !== 0);
    expect(wrong).toEqual([]);
    expect(spawnSync('bash', ['-n'], { input: 'if true; then' }).status).not.toBe(0);
  });

  it('uses pinned actions, may only read, and ends', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(1);
    expect(used.filter((action) => !/@v\d+$/.test(action))).toEqual([]);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(jobs.every((each) => each['timeout-minutes'] <= 30)).toBe(true);
  });
});
