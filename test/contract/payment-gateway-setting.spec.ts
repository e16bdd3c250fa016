import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { openGateway } from '../../src/main.ts';
import { createManualClock } from '../support/http-manual-clock.ts';
import { closedAfterwards, temporaryDirectory } from '../support/store-directory.ts';
import { authorization, secret } from './payment-gateway-samples.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, flush: () => {} };

async function open(environment: Readonly<Record<string, string>>) {
  const config = readConfig(environment);
  return closedAfterwards(await openGateway({ config, clock: createManualClock(), logger: silent }, false));
}

test('nobody is asked unless it is said who', async () => {
  expect((await open({})).name).toBe('external');
});

test('simulated: alone keeps its book in the data directory', async () => {
  const directory = temporaryDirectory();
  const gateway = await open({ DATA_DIR: directory, PAYMENT_GATEWAY: 'simulated:' });
  expect(await gateway.call(authorization())).toMatchObject({ kind: 'approved' });
  expect(existsSync(join(directory, 'gateway.db'))).toBe(true);
});

test.each([
  ['stripe:live', 'PAYMENT_GATEWAY: stripe: is not known here; use external: or simulated:'],
  ['simulated:?aprove=1', 'PAYMENT_GATEWAY: aprove is no knob; use seed, approve'],
  ['simulated:?webhooks=http://127.0.0.1:1/x', 'PAYMENT_GATEWAY: webhooks needs a secret to sign them with'],
])('%s is a wrong setting', async (url, complaint) => {
  const environment = { DATA_DIR: temporaryDirectory(), PAYMENT_GATEWAY: url };
  await expect(open(environment)).rejects.toThrow(ConfigError);
  await expect(open(environment)).rejects.toThrow(complaint);
});

test('a secret that is too short to be one is refused, and not shown', () => {
  const tooShort = () => readConfig({ GATEWAY_WEBHOOK_SECRET: 'swordfish' });
  expect(tooShort).toThrow(/^GATEWAY_WEBHOOK_SECRET: .*32/);
  expect(tooShort).not.toThrow(/swordfish/);
  expect(readConfig({ GATEWAY_WEBHOOK_SECRET: secret }).GATEWAY_WEBHOOK_SECRET).toBe(secret);
});
