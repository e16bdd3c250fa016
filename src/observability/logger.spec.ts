import { describe, expect, it } from 'vitest';
import { loggerTo } from './logger.ts';

/** A logger, and the lines it has written. */
function givenLogger(level: 'warn' | 'debug' = 'debug') {
  const lines: string[] = [];
  const logger = loggerTo({ write: (line) => void lines.push(line) }, level);
  return { logger, lines };
}

describe('the logger', () => {
  it('writes one JSON line for each call, whatever the text holds', () => {
    const { logger, lines } = givenLogger();
    logger.info({ path: '/v1/orders\n{"level":50}\u001b[31m' }, 'two\nlines');

    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'two\nlines',
      path: '/v1/orders\n{"level":50}\u001b[31m',
    });
  });

  it.each([
    [{ authorization: 'Bearer canary' }],
    [{ token: 'canary' }],
    [{ password: 'canary' }],
    [{ secret: 'canary' }],
    [{ headers: { authorization: 'Bearer canary' } }],
    [{ method: { token: 'canary' } }],
    [{ key: { secret: 'canary' } }],
  ])('masks what it should not have been given: %j', (fields) => {
    const { logger, lines } = givenLogger();
    logger.error(fields, 'request failed');

    expect(lines[0]).toContain('[redacted]');
    expect(lines[0]).not.toContain('canary');
  });

  it('leaves out what is less important than its level', () => {
    const { logger, lines } = givenLogger('warn');
    logger.debug({}, 'debug');
    logger.info({}, 'info');
    logger.warn({}, 'warn');
    logger.error({}, 'error');

    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['warn', 'error']);
  });

  it('gives the time in UTC, and nothing about the machine', () => {
    const { logger, lines } = givenLogger();
    logger.info({ requestId: 'r-1' }, 'request answered');

    const line = JSON.parse(lines[0] ?? '');
    expect(line.time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
    expect(Object.keys(line).toSorted()).toEqual(['level', 'msg', 'requestId', 'time']);
  });
});
