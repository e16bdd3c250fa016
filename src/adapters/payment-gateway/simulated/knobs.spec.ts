import { expect, test } from 'vitest';
import { WrongAddress } from '../../shared/wrong-address.ts';
import { readKnobs } from './knobs.ts';

test('without anything said, the book is in the data directory and the rest is as usual', () => {
  expect(readKnobs('simulated:', '/data')).toEqual({
    path: '/data/gateway.db',
    seed: 7,
    approve: 0.8,
    latencyMs: 0,
    timeoutRate: 0,
    failRate: 0,
    duplicates: 0,
    shuffle: false,
    holdDays: 7,
    holdMs: 604_800_000,
    lateMs: 60_000,
    disputeMs: 0,
  });
});

test.each([
  ['simulated:./x/g.db?seed=8', { path: './x/g.db', seed: 8 }],
  ['simulated:?approve=1', { path: '/data/gateway.db', approve: 1 }],
  ['simulated::memory:?approve=.5&failRate=0.25', { path: ':memory:', approve: 0.5, failRate: 0.25 }],
  [
    'simulated:?webhooks=http%3A%2F%2Flocalhost%3A8080%2Fv1%2Fgateway%2Fwebhooks%3Fa%3D1%26b%3D2',
    { webhooks: 'http://localhost:8080/v1/gateway/webhooks?a=1&b=2' },
  ],
  [
    'simulated:?webhooks=http://localhost:8080/x&shuffle=true',
    { webhooks: 'http://localhost:8080/x', shuffle: true },
  ],
  ['simulated:?holdDays=0.5', { holdMs: 43_200_000 }],
  ['simulated:?holdDays=0.000000001', { holdMs: 1 }],
])('%s is read as it is meant', (url, knobs) => {
  expect(readKnobs(url, '/data')).toMatchObject(knobs);
});

test.each([
  ['aprove=0.8', /^aprove is no knob; use seed, approve, latencyMs, .*disputeMs$/],
  ['approve=80', /^approve must be a share from 0 to 1, such as 0\.8$/],
  ['approve=1.1', /^approve must be a share/],
  ['approve=', /^approve must be a share/],
  ['approve=NaN', /^approve must be a share/],
  ['seed=-1', /^seed must be a whole number$/],
  ['seed=1.5', /^seed must be a whole number$/],
  ['latencyMs=60001', /^latencyMs must be at most 60000$/],
  ['timeoutRate=2', /^timeoutRate must be a share/],
  ['webhooks=ftp://x', /^webhooks must be an http or https URL without a password$/],
  ['webhooks=http://me:pass@x/y', /^webhooks must be .* without a password$/],
  ['shuffle=yes', /^shuffle must be one of true, false$/],
  ['holdDays=0', /^holdDays must be more than 0$/],
  ['holdDays=366', /^holdDays must be at most 365$/],
  ['seed=1&seed=2', /^seed is there twice$/],
  ['seed=x&failRate=y', /^seed must .*; failRate must /],
])('%s is refused by name', (query, complaint) => {
  expect(() => readKnobs(`simulated:?${query}`, '/data')).toThrow(WrongAddress);
  expect(() => readKnobs(`simulated:?${query}`, '/data')).toThrow(complaint);
});
