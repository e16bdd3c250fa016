import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const demo = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

/** Shared by all runs: in a temporary directory of its own every process would compile everything again. */
const compileCache = join(tmpdir(), 'node-compile-cache');

/** How long the demo may take for few orders off a terminal, on a machine that has other things to do. */
const demoMsMax = 120_000;

describe('the demo', () => {
  let home = '';
  let started: ChildProcess[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ledger-demo-spec-'));
    started = [];
  });

  afterEach(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });

  it('plays, kills, carries on, rebuilds and verifies; then sums up promises that were all tried and kept', async () => {
    const { output, done } = start(['--orders', '60', '--seed', '7']);
    expect(await done, output()).toBe(0);
    const text = output();
    const promises = [...text.matchAll(/^ {2}✓ +([\d,]+) of ([\d,]+) {2}/gm)];
    expect(promises.length).toBeGreaterThan(20);
    expect(promises.filter(([, held, tried]) => held !== tried || held === '0')).toEqual([]);
    expect(text).toContain(`All ${promises.length} promises kept.`);
    expect(text).not.toContain('✗');
    expect(text).toMatch(/SIGKILL to process \d+: [1-9]\d* commands cut off, [1-9]\d* acknowledged before/);
    expect(text).toMatch(/order-details {2}generation 2 is live {2}60 documents/);
    expect(text).toContain('everything is as it must be');
    expect(text).toContain('Where to go next');
  });

  it('counts what it says, off a terminal in plain text, and stays away from a ledger that the environment names', async () => {
    const elsewhere = join(home, 'not-yours');
    const foreign = { DATA_DIR: elsewhere, EVENT_STORE: `sqlite:${elsewhere}/ledger.db`, PORT: '1' };
    const { output, done } = start(['--orders', '24', '--seed', '3'], foreign);
    expect(await done, output()).toBe(0);
    const text = output();
    const counts = ['pending', 'paid', 'completed', 'cancelled'].map((status) =>
      Number(new RegExp(`^ {2}${status} +(\\d+) `, 'm').exec(text)?.[1]),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(24);
    const cutOff = /SIGKILL to process \d+: (\d+) commands cut off/.exec(text)?.[1];
    expect(text).toMatch(
      new RegExp(`${cutOff} of ${cutOff} {2}Cut off by SIGKILL, sent again: one effect each`),
    );
    expect(text).not.toContain('\x1b');
    expect(readdirSync(home)).toEqual([]);
  });

  it('keeps its data where it is asked to, and says where', async () => {
    const { output, done } = start(['--orders', '24', '--keep']);
    expect(await done, output()).toBe(0);
    const [kept = ''] = readdirSync(home);
    expect(output()).toContain(join(home, kept, 'data'));
    expect(readdirSync(join(home, kept, 'data'))).toContain('ledger.db');
  });

  it('stops its server and clears up when it is interrupted', async () => {
    const { child, output, done } = start(['--orders', '2000']);
    const server = await seen(/process (\d+)/, output);
    await seen(/Playing the order book/, output);
    child.kill('SIGINT');
    expect(await done, output()).toBe(130);
    expect(isAlive(Number(server))).toBe(false);
    expect(readdirSync(home)).toEqual([]);
  });

  it('stops its server and clears up when its reader has seen enough', async () => {
    const { child, output, done } = start(['--orders', '2000']);
    const server = await seen(/process (\d+)/, output);
    await seen(/Playing the order book/, output);
    child.stdout.destroy();
    expect(await done, output()).toBe(141);
    expect(output()).not.toContain('EPIPE');
    expect(isAlive(Number(server))).toBe(false);
    expect(readdirSync(home)).toEqual([]);
  });

  it('explains wrong use, with exit code 2, and starts nothing', async () => {
    const { output, done } = start(['--orders', '3']);
    expect(await done, output()).toBe(2);
    expect(output()).toContain('--orders must be a whole number from 24 to 2000.');
    expect(readdirSync(home)).toEqual([]);
  });

  it('fails, and says of what, when its server dies under it', async () => {
    const { output, done } = start(['--orders', '2000']);
    const server = Number(await seen(/process (\d+)/, output));
    await seen(/Playing the order book/, output);
    process.kill(server, 'SIGKILL');
    expect(await done, output()).toBe(1);
    expect(output()).toContain('The demo failed:');
    expect(readdirSync(home)).toEqual([]);
  });

  function start(options: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    // Whoever runs the specs may want colours; what is asked here is what the demo does of its own accord.
    const { FORCE_COLOR: _, ...inherited } = process.env;
    const child = spawn(process.execPath, [demo, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited,
        ...environment,
        TMPDIR: home,
        NODE_COMPILE_CACHE: compileCache,
      },
    });
    started.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    const deadline = setTimeout(() => child.kill('SIGKILL'), demoMsMax);
    const done = ended.finally(() => clearTimeout(deadline));
    return { child, output: () => text, done };
  }
});

/** What the demo's output comes to say, sooner or later. */
async function seen(pattern: RegExp, output: () => string): Promise<string> {
  const deadlineMs = performance.now() + demoMsMax;
  while (performance.now() < deadlineMs) {
    const match = pattern.exec(output());
    if (match !== null) return match[1] ?? match[0];
    await delay(20);
  }
  throw new Error(`${pattern} was not seen in:\n${output()}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
