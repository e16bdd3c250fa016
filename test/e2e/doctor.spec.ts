import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projections } from '../../src/projections/registry.ts';
import { listenOnFreePort } from '../support/free-port.ts';
import { ready } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { Client, orderBody, tokenFor } from '../support/process-client.ts';

const { directory, run, serve } = useWorkspace();

const finding = z.object({ severity: z.string(), what: z.string(), remedy: z.string() });
const diagnoses = z.object({
  verdict: z.string(),
  tookMs: z.number(),
  dependencies: z.array(
    z.object({
      name: z.string(),
      where: z.string(),
      state: z.string(),
      server: z.string().optional(),
      latencyMs: z.number().optional(),
      findings: z.array(finding),
    }),
  ),
  settings: z.array(finding),
});

async function examine(dataDir: string, env: Record<string, string> = {}, args: readonly string[] = []) {
  const { code, stdout } = await run(['doctor', '--json', ...args], { dataDir, env });
  const { dependencies, settings, verdict, tookMs } = diagnoses.parse(JSON.parse(stdout));
  const states = Object.fromEntries(dependencies.map(({ name, state }) => [name, state]));
  const defects = [...dependencies.flatMap(({ findings }) => findings), ...settings]
    .filter(({ severity }) => severity === 'defect')
    .map(({ what }) => what);
  return { code, verdict, dependencies, states, defects, settings, tookMs };
}

function change(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec(statement);
  } finally {
    database.close();
  }
}

function generationOf(dataDir: string, projection: string): string {
  const name = readdirSync(dataDir).find(
    (each) => each.startsWith(`read.${projection}.`) && each.endsWith('.db'),
  );
  return join(dataDir, name ?? 'none');
}

describe('ledger doctor', () => {
  it('finds nothing wrong before the first start, and makes nothing', async () => {
    const dataDir = directory();
    const { code, states } = await examine(dataDir);
    expect({ code, states }).toEqual({
      code: 0,
      states: {
        'event store': 'new',
        'read model': 'new',
        'key store': 'new',
        cache: 'up',
        'token keys': 'new',
      },
    });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('knows which of these a role uses', async () => {
    const { states } = await examine(directory(), {}, ['--role', 'command']);
    expect(Object.keys(states)).toEqual(['event store', 'key store', 'token keys']);
  });

  it('never shows a password, and says what else a newcomer should change', async () => {
    const env = { KEY_STORE: 'memory:', AUTH_JWKS: 'http://query:swordfish@127.0.0.1:1/keys' };
    const { stdout, code } = await run(['doctor'], { dataDir: directory(), env });
    expect(code).toBe(3);
    expect(stdout).toContain('http://***@127.0.0.1:1/keys');
    expect(stdout).toContain('KEY_STORE: personal data in the log cannot be read again');
    expect(stdout).not.toContain('swordfish');
  });

  it('asks nobody longer than two seconds, and the others meanwhile', async () => {
    const { server, port } = await listenOnFreePort(() => createServer(() => {}));
    try {
      const env = { AUTH_JWKS: `http://127.0.0.1:${port}/keys` };
      const { code, verdict, states, dependencies, tookMs } = await examine(directory(), env);
      expect({ code, verdict, states }).toEqual({
        code: 3,
        verdict: 'down',
        states: {
          'event store': 'new',
          'read model': 'new',
          'key store': 'new',
          cache: 'up',
          'token keys': 'down',
        },
      });
      expect(dependencies.at(-1)?.findings[0]?.remedy).toMatch(/^AUTH_JWKS must name/);
      expect(tookMs).toBeLessThan(2_500);
    } finally {
      server.close();
    }
  });

  it('warns of a secret that other users of the machine can read', async () => {
    const dataDir = directory();
    const file = join(dataDir, 'cursor-secret');
    writeFileSync(file, 'a-secret-of-more-than-32-characters', { mode: 0o644 });
    chmodSync(dataDir, 0o755);
    const { code, settings } = await examine(dataDir, { CURSOR_SECRET_FILE: file });
    expect(code).toBe(0);
    expect(settings.map(({ what, remedy }) => [what, remedy])).toEqual([
      [`${file} holds a secret, and other users of this machine can read it`, `Run: chmod 600 ${file}`],
    ]);
    chmodSync(dataDir, 0o700);
    expect((await examine(dataDir, { CURSOR_SECRET_FILE: file })).settings).toEqual([]);
  });
});

describe('ledger setup', () => {
  it('makes what is missing, and has nothing to do when it is there', async () => {
    const dataDir = directory();
    const first = await run(['setup'], { dataDir });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(new RegExp(`^made ${projections.map(({ name }) => name).join(', ')}$`, 'm'));
    const { states, defects } = await examine(dataDir);
    expect(states).toMatchObject({ 'event store': 'up', 'read model': 'up', 'key store': 'up' });
    expect(defects).toEqual([]);
    const again = await run(['setup'], { dataDir });
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^nothing was missing$/m);
  });

  it('waits as long as it is told for what is down, and says what', async () => {
    const dataDir = directory();
    const env = { AUTH_JWKS: 'http://127.0.0.1:1/keys' };
    const { code, stdout } = await run(['setup', '--wait', '1'], { dataDir, env });
    expect(code).toBe(3);
    expect(stdout.match(/^waiting for token keys$/gm)).toHaveLength(1);
    expect(readdirSync(dataDir)).toEqual([]);
    expect((await run(['setup', '--wait', 'long'], { dataDir })).code).toBe(2);
  });
});

describe('ledger doctor, where a ledger has run', () => {
  const dataDir = directory();

  beforeAll(async () => {
    const service = await serve({ dataDir });
    await ready(service.url);
    const client = new Client(service.url, await tokenFor(dataDir, 'customer-1', 'orders:write orders:read'));
    const { status } = await client.post('/v1/orders', 'doctor-order-1', orderBody());
    expect(status).toBe(201);
    expect((await examine(dataDir)).verdict).toBe('fine');
    await service.kill('SIGTERM');
  });

  it('finds nothing wrong with what was stopped in good order', async () => {
    const { code, states, defects } = await examine(dataDir);
    expect({ code, defects }).toEqual({ code: 0, defects: [] });
    expect(new Set(Object.values(states))).toEqual(new Set(['up']));
  });

  describe('and was harmed', () => {
    it.each<[string, string, string, RegExp]>([
      [
        'an index is missing',
        'order-list',
        'DROP INDEX by_customerId_placedAt',
        /^order-list: the index by_customerId_placedAt is missing$/,
      ],
      [
        'a projection has halted',
        'stats',
        `UPDATE progress SET halted = '{"position":1,"type":"OrderEaten","error":"nobody knows it"}'`,
        /^stats halted at position 1 \(OrderEaten\): nobody knows it$/,
      ],
      [
        'a projection is behind and nobody runs it',
        'payment-details',
        'UPDATE progress SET position = 0',
        /^payment-details is at position 0, the log at \d+, and it does not move$/,
      ],
    ])('says that %s, exit 1', async (_what, projection, statement, says) => {
      const file = generationOf(dataDir, projection);
      change(file, statement);
      const { code, verdict, defects } = await examine(dataDir);
      expect({ code, verdict }).toEqual({ code: 1, verdict: 'wanting' });
      expect(defects.some((each) => says.test(each))).toBe(true);
    });

    it('says that a trigger that keeps events from being altered is gone', async () => {
      change(join(dataDir, 'ledger.db'), 'DROP TRIGGER events_are_never_changed');
      expect((await examine(dataDir)).defects).toContain(
        'the trigger events_are_never_changed was removed, so that events can be altered',
      );
    });

    it('says that a file is none of a database, exit 3', async () => {
      writeFileSync(join(dataDir, 'keys.db'), 'this is no database, and is long enough to be taken for one');
      const { code, states } = await examine(dataDir);
      expect({ code, state: states['key store'] }).toEqual({ code: 3, state: 'down' });
    });
  });
});
