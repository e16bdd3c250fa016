import { afterEach, beforeEach, expect, it } from 'vitest';
import { startServers } from './support/servers/start-all.ts';

/** Two servers that are there already, so that only the third would have to be started. */
const elsewhere = { EVENT_STORE: 'esdb://127.0.0.1:1', READ_MODEL: 'mongodb://127.0.0.1:1' };

let path: string | undefined;
beforeEach(() => {
  path = process.env['PATH'];
  process.env['PATH'] = '';
});
afterEach(() => {
  process.env['PATH'] = path;
});

it('leaves out a server that is not installed, and keeps to those that settings name', async () => {
  const { servers } = await startServers(elsewhere);
  expect(servers).toEqual({
    eventStore: elsewhere.EVENT_STORE,
    readModel: elsewhere.READ_MODEL,
    run: expect.stringMatching(/^t[0-9a-f]{8}$/),
  });
});

it('leaves nothing out in CI', async () => {
  await expect(startServers({ ...elsewhere, CI: 'true' })).rejects.toThrow('redis-server');
});
