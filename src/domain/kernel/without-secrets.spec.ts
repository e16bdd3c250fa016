import { describe, expect, it } from 'vitest';
import { withoutSecrets } from './without-secrets.ts';

describe('a text without secrets', () => {
  it.each([
    ['a user and a password', 'esdb://command:s3cret@db:2113?tls=true', 'esdb://***@db:2113?tls=true'],
    ['a password alone', 'redis://:s3cret@cache:6379', 'redis://***@cache:6379'],
    ['a password with what should have been escaped', 'mongodb://u:a/b@c@m1/x', 'mongodb://***@m1/x'],
    ['several hosts', 'mongodb+srv://u:p@m1,m2/x?ssl=true', 'mongodb+srv://***@m1,m2/x?ssl=true'],
    [
      'a parameter',
      'redis://cache/0?password=s3cret&keyPrefix=a:',
      'redis://cache/0?password=***&keyPrefix=a:',
    ],
    [
      'a parameter that ends so',
      'mongodb://m/x?tlsCertificateKeyFilePassword=s3cret',
      'mongodb://m/x?tlsCertificateKeyFilePassword=***',
    ],
    [
      'a message that quotes two',
      'no answer from redis://a:b@c, nor from "esdb://d:e@f"',
      'no answer from redis://***@c, nor from "esdb://***@f"',
    ],
  ])('masks %s', (_what, text, shown) => {
    expect(withoutSecrets(text)).toBe(shown);
  });

  it.each([
    'sqlite:./data/ledger.db',
    'memory:',
    'https://id.example.com/.well-known/jwks.json',
    'esdb+discover://cluster.example.com:2113?tls=true&streamPrefix=t1.',
    'write to till@example.com',
  ])('leaves %s as it is', (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });
});
