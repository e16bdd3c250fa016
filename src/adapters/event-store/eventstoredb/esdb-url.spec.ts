import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { parseEsdbUrl } from './esdb-url.ts';
import { openEventStoreDb } from './eventstoredb-event-store.ts';

test('what is ours is taken out of the URL, and everything else is left to the client', () => {
  expect(
    parseEsdbUrl(
      'esdb+discover://u:p%40@a:1,b:2?tls=true&streamPrefix=t1.&nodePreference=follower&deadlineMs=500',
    ),
  ).toEqual({
    connectionString: 'esdb+discover://u:p%40@a:1,b:2?tls=true&nodePreference=follower&gossipTimeout=1',
    keepAliveTimeoutMs: 10_000,
    streamPrefix: 't1.',
    deadlineMs: 500,
    readsFromLeader: false,
  });
});

test('without parameters there are defaults', () => {
  expect(parseEsdbUrl('esdb://localhost:2113')).toMatchObject({
    streamPrefix: '',
    deadlineMs: 2_000,
    readsFromLeader: true,
  });
});

test.each(['streamPrefix=T1.', 'streamPrefix=a-b', 'streamPrefix=$', 'deadlineMs=0', 'deadlineMs=soon'])(
  '%s is refused, and it is said what would be right',
  (parameter) => {
    const parse = () => parseEsdbUrl(`esdb://user:geheim@localhost:2113?tls=false&${parameter}`);
    expect(parse).toThrow(StoreUnavailable);
    expect(parse).toThrow(parameter.split('=')[0]);
    expect(parse).not.toThrow(/geheim/);
  },
);

test.each([
  'esdb://',
  'esdb://user:geheim@',
  'http://user:geheim@localhost:2113',
  'esdb://user:geheim@localhost:x',
])('%s is no connection string, which is said without the password', (url) => {
  const open = () => openEventStoreDb({ url });
  expect(open).toThrow(StoreUnavailable);
  expect(open).not.toThrow(/geheim/);
});
