import type { Seeded } from '../../e2e/support/seeded.ts';
import type { Draft, Expected } from './draft.ts';
import { methods, names, noMethods, segments, values } from './odd-targets.ts';

type Mutation = (draft: Draft, draw: Seeded) => Expected | undefined;

/** By kind. */
export const targetMutations: Readonly<Record<string, Mutation>> = {
  'path parameter': (draft, draw) => {
    const parts = draft.operation.template.split('/');
    const at = parts.findIndex((part) => part.startsWith('{'));
    if (at < 0) return undefined;
    const given = draft.path.split('/');
    given[at] = draw.pick(segments);
    draft.path = given.join('/');
    // Another account is as good a question; and a % is one more way to write what was meant.
    return 'any';
  },
  'path segment': (draft, draw) => {
    const given = draft.path.split('/');
    const at = 1 + draw.below(given.length - 1);
    given[at] = draw.pick([
      given[at]?.toUpperCase() ?? '',
      '',
      '..',
      '%2e%2e',
      `${given[at]}%00`,
      `${given[at]};x=1`,
      `${given[at]}/`,
    ]);
    draft.path = given.join('/');
    return 'any';
  },
  'more path': (draft, draw) => {
    draft.path += draw.pick([
      '/',
      '//',
      '/x',
      '/..',
      '/%2e%2e/',
      '.json',
      '%20',
      ';',
      '/../stats',
      '/%2f',
      '#x',
      '%23',
    ]);
    return 'any';
  },
  'less path': (draft, draw) => {
    const given = draft.path.split('/');
    draft.path = given.slice(0, 1 + draw.below(given.length - 1)).join('/') || '/';
    return 'any';
  },
  'unknown parameter': (draft, draw) => {
    draft.query.push([draw.pick(names), draw.pick(values)]);
    return 'refused';
  },
  'parameter value': (draft, draw) => {
    const parameter = draw.pick(draft.operation.queryParameters);
    if (parameter === undefined) return undefined;
    draft.query = draft.query.filter(([name]) => name !== parameter.name);
    draft.query.push([parameter.name, draw.pick(values)]);
    return 'any';
  },
  'parameter twice': (draft, draw) => {
    const parameter = draw.pick(draft.operation.queryParameters);
    if (parameter === undefined) return undefined;
    const value = draw.pick(values);
    draft.query.push([parameter.name, value], [parameter.name, draw.pick([value, draw.pick(values)])]);
    return 'refused';
  },
  'many parameters': (draft, draw) => {
    for (let index = draw.pick([50, 700]); index > 0; index--) draft.query.push([`p${index}`, 'x']);
    return 'refused';
  },
  'long query': (draft, draw) => {
    draft.mayClose = true;
    draft.query.push(['cursor', 'x'.repeat(draw.pick([1_001, 9_000, 40_000]))]);
    return 'refused';
  },
  'query of odd characters': (draft, draw) => {
    draft.query.push([
      draw.pick(['?', '??', '&', '=', '&&=', '%', '\u00e9', '"', '<', '\\', '|', '{']),
      draw.pick(values),
    ]);
    return 'any';
  },
  'another method': (draft, draw) => {
    draft.method = draw.pick(methods);
    draft.isSignedLast = false;
    return [405];
  },
  'no method': (draft, draw) => {
    draft.method = draw.pick(noMethods);
    return [400];
  },
  'the other method': (draft) => {
    draft.method = draft.method === 'GET' ? 'POST' : 'GET';
    draft.isSignedLast = false;
    return 'any';
  },
};
