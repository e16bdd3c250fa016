import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { NO_STREAM } from '@eventstore/db-client';
import { expect, it, onTestFinished } from 'vitest';
import { clientOf, event, namesOf } from './double-world.ts';

it('runs in a process of its own, says where, and ends cleanly when it is told to', async () => {
  const main = new URL('main.ts', import.meta.url).pathname;
  const server = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void server.kill('SIGKILL'));
  const [line] = await once(server.stdout, 'data');
  expect(String(line)).toMatch(/^esdb:\/\/127\.0\.0\.1:\d+\?tls=false\n$/);
  const client = clientOf(String(line).trim());
  await client.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
  expect(await namesOf(client.readStream('s'))).toEqual(['0@s A']);
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
