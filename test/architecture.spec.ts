import { describe, expect, it } from 'vitest';
import { filesBelow, type SourceFile, sourceFile } from '../tools/source-files.ts';

/** What a layer may import: folders (or single files) of src, packages, modules of Node; `types:` for types only. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'domain/kernel': ['zod'],
  'domain/books': ['domain/kernel', 'zod'],
  'domain/order': ['domain/kernel', 'domain/books', 'zod'],
  'domain/reconciliation': ['domain/kernel', 'domain/books', 'domain/order'],
  'domain/webhook': ['domain/kernel', 'zod'],
  ports: ['types:domain/kernel', 'types:domain/order', 'types:domain/webhook', 'types:node:crypto'],
  commands: ['domain', 'types:ports', 'http', 'zod'],
  projections: ['domain', 'types:ports'],
  processes: ['domain', 'types:ports', 'projections'],
  // The published shapes of an order are what queries answer with; its decisions are none of their business.
  queries: [
    'domain/kernel',
    'domain/books',
    'domain/order/resource.ts',
    'domain/webhook/resource.ts',
    'types:projections',
    'types:ports',
    'http',
    'zod',
    'node:crypto',
  ],
  http: [
    'domain/kernel',
    'types:ports',
    'zod',
    'fastify',
    'jose',
    'lru-cache',
    'node:fs',
    'node:buffer',
    'node:net',
    'types:node:http',
  ],
  adapters: ['domain/kernel', 'types:ports', 'adapters/shared', 'vendor'],
  observability: ['types:ports', 'types:http', 'vendor'],
};

/** What sees everything, and what nobody else may import: the composition root and the command line. */
const composes = /^src\/(?:[a-z-]+\.ts|cli\/)/;

/** Time, ids and randomness come through ports. Converting a time that was given reads no clock. */
const impure =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\brandom(?:UUID|Bytes|Int)\b|\bperformance\b|\bhrtime\b/;
const mayBeImpure = /^src\/(?:[a-z-]+\.ts$|adapters\/|cli\/|observability\/)/;

const readsEnvironment = /\bprocess\.env\b/;
const mayReadEnvironment = new Set(['src/config.ts', 'src/cli/main.ts']);

function complaintsAbout({ path, imports, lines }: SourceFile): readonly string[] {
  const code = lines.filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line)).join('\n');
  const complaints = composes.test(path)
    ? []
    : imports
        .filter(({ target, typesOnly }) => !mayImport(path, target, typesOnly))
        .map(({ target, typesOnly }) => `${path} imports ${typesOnly ? 'types of ' : ''}${target}`);
  const vendors = new Set(
    imports.filter(({ target }) => isVendor(target)).map(({ target }) => packageOf(target)),
  );
  if (path.startsWith('src/adapters/') && vendors.size > 1)
    complaints.push(`${path} has more than one vendor SDK: ${[...vendors].join(', ')}`);
  const reached = impure.exec(code)?.[0];
  if (reached !== undefined && !mayBeImpure.test(path)) complaints.push(`${path} uses ${reached}`);
  if (readsEnvironment.test(code) && !mayReadEnvironment.has(path))
    complaints.push(`${path} reads process.env`);
  return complaints;
}

function mayImport(path: string, target: string, typesOnly: boolean): boolean {
  const layer = Object.keys(allowed).find((name) => path.startsWith(`src/${name}/`));
  if (layer === undefined) return false;
  if (familyOf(path) === familyOf(target)) return true;
  return (allowed[layer] ?? []).some((rule) => {
    const forTypes = rule.startsWith('types:');
    const place = rule.replace('types:', '');
    if (forTypes && !typesOnly) return false;
    if (place === 'vendor') return !target.startsWith('src/');
    return target === place || target === `src/${place}` || target.startsWith(`src/${place}/`);
  });
}

/** Files of one family import each other freely: a layer, one aggregate, the adapters of one port. */
function familyOf(path: string): string {
  const depth = /^src\/(?:domain|adapters)\//.test(path) ? 3 : 2;
  return path.split('/').slice(0, depth).join('/');
}

function isVendor(target: string): boolean {
  return !target.startsWith('src/') && !target.startsWith('node:') && target !== 'zod';
}

/** A package may be imported by parts: `@scope/name/part.js`. */
function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the architecture', () => {
  const files = filesBelow(['src'], '.ts').filter((path) => !path.endsWith('.spec.ts'));

  it('is followed by every file: layers import only what their line of the table allows', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((path) => complaintsAbout(sourceFile(path)))).toEqual([]);
  });

  it('has no circle of imports, those of types alone not counted', () => {
    expect(circlesIn(files.map((path) => sourceFile(path)))).toEqual([]);
  });

  it('knows every aggregate: a new one is a new line of the table', () => {
    const aggregates = new Set(files.filter((path) => path.startsWith('src/domain/')).map(familyOf));
    expect(
      [...aggregates].map((path) => path.replace('src/', '')).filter((name) => !(name in allowed)),
    ).toEqual([]);
  });
});

describe('a breach of the architecture', () => {
  it.each([
    ['a decider that reaches for a server', 'src/domain/order/x.ts', "import { fastify } from 'fastify';"],
    ['a decider that reads a file', 'src/domain/order/x.ts', "import { readFileSync } from 'node:fs';"],
    ['a port with code in it', 'src/ports/x.ts', "import { moneyOf } from '../domain/kernel/money.ts';"],
    [
      'a command that asks a read model',
      'src/commands/x.ts',
      "import { stats } from '../projections/stats.ts';",
    ],
    [
      'a process that commands past the bus',
      'src/processes/x.ts',
      "import type { HandleCommand } from '../commands/command.ts';",
    ],
    [
      'a query that decides',
      'src/queries/x.ts',
      "import { placeOrder } from '../domain/order/decide-order.ts';",
    ],
    [
      'a query that runs a projector',
      'src/queries/x.ts',
      "import { rebuild } from '../projections/rebuild.ts';",
    ],
    [
      'adapters of two ports in one',
      'src/adapters/cache/x.ts',
      "import { systemIds } from '../system/system-ids.ts';",
    ],
    ['two vendors in one adapter', 'src/adapters/cache/x.ts', "import 'ioredis';\nimport 'lru-cache';"],
    ['a layer that imports the root', 'src/http/x.ts', "import type { Ledger } from '../main.ts';"],
    ['a folder without a line in the table', 'src/extras/x.ts', "import { z } from 'zod';"],
    ['a decider that looks at the clock', 'src/domain/order/x.ts', 'const now = Date.now();'],
    ['a handler that sets a timer', 'src/commands/x.ts', 'setTimeout(retry, 50);'],
    ['a handler that makes up an id', 'src/commands/x.ts', 'const id = crypto.randomUUID();'],
    ['an adapter that reads the environment', 'src/adapters/cache/x.ts', "const url = process.env['REDIS'];"],
  ])('is found: %s', (_what, path, text) => {
    expect(complaintsAbout(sourceFile(path, text))).toHaveLength(1);
  });

  it('is found: a circle of imports', () => {
    const circle = [
      sourceFile('src/http/a.ts', "import { b } from './b.ts';"),
      sourceFile('src/http/b.ts', "import { c } from './c.ts';"),
      sourceFile('src/http/c.ts', "import { a } from './a.ts';"),
    ];
    expect(circlesIn(circle)).toEqual(['src/http/a.ts → src/http/b.ts → src/http/c.ts → src/http/a.ts']);
  });

  it('is not seen where there is none: a time that was given may be converted, a comment may name the clock', () => {
    const text = '// Never Date.now() here.\nconst date = new Date(text);';
    expect(complaintsAbout(sourceFile('src/domain/kernel/x.ts', text))).toEqual([]);
  });
});

/** The circles that a walk along the imports comes upon, each once. */
function circlesIn(all: readonly SourceFile[]): readonly string[] {
  const imports = new Map(
    all.map(({ path, imports: list }) => [
      path,
      list.filter(({ typesOnly }) => !typesOnly).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of imports.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) walk(path, []);
  return circles;
}
