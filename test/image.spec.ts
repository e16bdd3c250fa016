import { describe, expect, it } from 'vitest';
import { textOf } from '../tools/source-files.ts';

describe('the image', () => {
  const lines = textOf('Dockerfile').split('\n');

  it('has no build step and only what runs: dependencies from the lock file, scripts of packages not run', () => {
    expect(lines.filter((line) => line.startsWith('RUN npm'))).toEqual([
      'RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund',
    ]);
    // The very Node that the tests run on.
    const base = `FROM node:${process.versions.node}-slim`;
    const from = lines.filter((line) => line.startsWith('FROM'));
    expect(from).toEqual([`${base} AS dependencies`, base]);
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
