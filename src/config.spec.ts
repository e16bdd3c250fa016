import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, fileVariables, readConfig, settings } from './config.ts';

const directory = mkdtempSync(join(tmpdir(), 'ledger-config-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('a setting read from a file', () => {
  it('has what is in it, without the white space around it, as its value', () => {
    const path = file('cache', '\n redis://:s3cret@cache:6379 \n');
    const config = readConfig({ CACHE_FILE: path });
    expect(config.CACHE).toBe('redis://:s3cret@cache:6379');
    expect(config.files).toEqual({ CACHE: path });
  });

  it('is checked as one in the environment is', () => {
    const path = file('short', 'too short');
    expect(() => readConfig({ CURSOR_SECRET_FILE: path })).toThrow(/^CURSOR_SECRET: .*32/);
    expect(() => readConfig({ EVENT_STORE_FILE: file('no-url', '/ledger') })).toThrow(
      /EVENT_STORE: must be a URL/,
    );
  });

  it('decides what follows from it, as one in the environment does', () => {
    expect(readConfig({ EVENT_STORE_FILE: file('memory', 'memory:') }).KEY_STORE).toBe('memory:');
  });

  it('may be named by an empty variable, which counts as not set', () => {
    expect(readConfig({ CACHE_FILE: '', CACHE: 'memory:' }).CACHE).toBe('memory:');
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      'that is set beside it',
      () => ({ CACHE: 'memory:', CACHE_FILE: file('both', 'memory:') }),
      /^CACHE_FILE: CACHE is set too; set one of them$/,
    ],
    [
      'whose file is not there',
      () => ({ READ_MODEL_FILE: join(directory, 'nowhere') }),
      /^READ_MODEL_FILE: .*nowhere does not exist; make it, or correct the path$/,
    ],
    [
      'whose file is empty',
      () => ({ KEY_STORE_FILE: file('empty', ' \n') }),
      /^KEY_STORE_FILE: .*empty is empty; write the value into it$/,
    ],
    [
      'whose file is a directory',
      () => ({ CURSOR_SECRET_FILE: directory }),
      /^CURSOR_SECRET_FILE: .* is a directory; name a file in it$/,
    ],
  ])('is refused %s', (_what, environment, complaint) => {
    expect(() => readConfig(environment())).toThrow(ConfigError);
    expect(() => readConfig(environment())).toThrow(complaint);
  });

  it('is named together with everything else that is wrong', () => {
    const wrong = () => readConfig({ PORT: '70000', CACHE_FILE: join(directory, 'nowhere') });
    expect(wrong).toThrow(/CACHE_FILE: [\s\S]*PORT: /);
  });

  it('never shows what is in the file when it complains', () => {
    const path = file('unsuitable', 'swordfish');
    const refuse = () => readConfig({ CURSOR_SECRET_FILE: path });
    expect(refuse).toThrow();
    expect(refuse).not.toThrow(/swordfish/);
  });

  it('is every one that is or may hold a secret, and no other', () => {
    expect(Object.values(fileVariables)).toEqual([
      'EVENT_STORE',
      'READ_MODEL',
      'KEY_STORE',
      'CACHE',
      'PAYMENT_GATEWAY',
      'GATEWAY_WEBHOOK_SECRET',
      'CURSOR_SECRET',
    ]);
    expect(Object.keys(fileVariables).filter((name) => name in settings)).toEqual([]);
  });
});
