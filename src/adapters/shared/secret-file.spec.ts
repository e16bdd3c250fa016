import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/support/store-directory.ts';
import { isHandedIn, readSecretFile } from './secret-file.ts';

describe('a secret file', () => {
  it('is read only while nobody but its owner can', () => {
    const path = join(temporaryDirectory(), 'key');
    writeFileSync(path, 'secret', { mode: 0o600 });
    expect(readSecretFile(path)).toBe('secret');
    for (const mode of [0o640, 0o604, 0o644]) {
      chmodSync(path, mode);
      expect(() => readSecretFile(path)).toThrow(/can be read by other users/);
    }
  });

  it('is handed in by an engine of containers where it lies in /run/secrets, and nowhere else', () => {
    expect(isHandedIn('/run/secrets/auth-keys.json')).toBe(true);
    expect(isHandedIn('/run/secrets/../../tmp/auth-keys.json')).toBe(false);
    expect(isHandedIn('/run/secrets-of-others/auth-keys.json')).toBe(false);
    expect(isHandedIn('data/run/secrets/auth-keys.json')).toBe(false);
  });
});
