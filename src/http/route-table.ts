import { Problem } from './problem.ts';

/** The paths there are, to tell a wrong method from a wrong path. */
export class RouteTable {
  readonly #paths = new Map<string, { readonly pattern: RegExp; readonly methods: string[] }>();

  add(method: string | readonly string[], path: string): void {
    const known = this.#paths.get(path) ?? { pattern: patternOf(path), methods: [] };
    known.methods.push(...[method].flat());
    this.#paths.set(path, known);
  }

  /** Why no route matched. */
  miss(path: string): Problem {
    const methods = [...this.#paths.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => known.methods);
    if (methods.length === 0) return new Problem('not-found', 'No such path; see /docs for those there are.');
    const allow = [...new Set(methods)].sort().join(', ');
    return new Problem('method-not-allowed', `Use ${allow}.`, { headers: { allow } });
  }
}

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}
