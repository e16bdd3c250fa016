import { expect, test } from 'vitest';
import { checkQueryEncoding } from './query-encoding.ts';

test.each(['/v1/orders', '/v1/orders?', '/v1/orders?externalId=a%20b%C3%A9+c', '/v1/orders/%ff'])(
  '%s has a query that can be decoded, or none',
  (target) => {
    expect(() => checkQueryEncoding(target)).not.toThrow();
  },
);

test.each(['?externalId=%ff', '?externalId=%', '?externalId=%4', '?%zz', '?a=%C3'])(
  '%s cannot be decoded',
  (query) => {
    expect(() => checkQueryEncoding(`/v1/orders${query}`)).toThrow('as %25');
  },
);
