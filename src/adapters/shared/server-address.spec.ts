import { describe, expect, it } from 'vitest';
import { serverAddress } from './server-address.ts';

describe('the address of a server', () => {
  it.each<[string, readonly string[], boolean, Record<string, string>]>([
    ['esdb://event-store:2113?TLS=false', ['event-store'], false, { tls: 'false' }],
    ['esdb+discover://u:p@c.example.com', ['c.example.com'], true, {}],
    ['mongodb://u:p%40@m1:27017,m2:27017/ledger?replicaSet=r', ['m1', 'm2'], true, { replicaSet: 'r' }],
    ['redis://:pw@[::1]:6379/0?keyPrefix=a:', ['::1'], true, { keyPrefix: 'a:' }],
    ['rediss://cache', ['cache'], false, {}],
    ['memory:', [], false, {}],
  ])(
    'of %s names its hosts, whether there is a user, and its parameters',
    (url, hosts, hasUser, parameters) => {
      const address = serverAddress(url);
      expect(address).toMatchObject({ hosts, hasUser });
      for (const [name, value] of Object.entries(parameters)) expect(address.parameter(name)).toBe(value);
      expect(address.parameter('other')).toBeUndefined();
    },
  );
});
