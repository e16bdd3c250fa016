import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogues } from '../src/main.ts';
import { functionsIn } from '../tools/functions.ts';
import { filesBelow, root, type SourceFile, sourceFile, textOf } from '../tools/source-files.ts';

const fileLinesMax = 250;
const functionLinesMax = 70;

/** Started by name, as every `main.ts` is too. */
const entries = new Set([
  'bench/lib/bare-server.ts',
  'bench/parts/build.ts',
  'deploy/secrets.ts',
  'test/e2e/fixtures/mortal-ledger.ts',
  'test/simulation/plant.ts',
  ...['test/support/closing-line.ts', 'test/support/combinations-report.ts'],
  'test/support/global-setup.ts',
  'test/trust/fuzz/schemathesis.ts',
  'test/trust/storage/acknowledging-child.ts',
  'test/trust/kills/mortal.ts',
  'test/trust/mutation/vitest.config.ts',
  'test/trust/mutation/prose.ts',
  'tools/docs.ts',
]);

/**
 * Casts by layer, as many as there may be: what was read from JSON, from SQLite or from a table of handlers. None in
 * what decides. A number grows only with a layer that gets more to read; the kernel and the codec give a reason for each of theirs.
 */
const castsMax: Readonly<Record<string, number>> = {
  'src/domain/order/': 0,
  'src/ports/': 0,
  'src/queries/': 4,
  'src/observability/': 2,
  'src/http/': 9,
  'src/projections/': 17,
  'src/commands/': 14,
  'src/cli/': 19,
};

const code = filesBelow(['src', 'test', 'tools', 'bench', 'demo', 'deploy'], '.ts').map((path) =>
  sourceFile(path),
);
const product = code.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.spec.ts'));
const documents = [
  ...filesBelow(['docs'], '.md'),
  ...['README', 'ARCHITECTURE', 'CONTRIBUTING', 'CHANGELOG'].map((name) => `${name}.md`),
];

describe('the code', () => {
  it(`has no file of more than ${fileLinesMax} lines`, () => {
    const assets = ['.js', '.css']
      .flatMap((ending) => filesBelow(['src', 'bin'], ending))
      .map((path) => sourceFile(path));
    const long = [...code, ...assets].filter(({ lines }) => lines.length - 1 > fileLinesMax);
    expect(long.map(({ path, lines }) => `${path}: ${lines.length - 1} lines`)).toEqual([]);
  });

  it(`has no function of more than ${functionLinesMax} lines, those inside it not counted`, () => {
    const long = code.flatMap(({ path, lines }) =>
      functionsIn(lines)
        .filter(({ header, ownLength }) => ownLength > functionLinesMax && !header.startsWith('describe'))
        .map(({ header, line, ownLength }) => `${path}:${line} ${header} (${ownLength} lines)`),
    );
    expect(long).toEqual([]);
  });

  it('has no file that nothing imports and nothing starts', () => {
    const imported = new Set(code.flatMap(({ imports }) => imports.map(({ target }) => target)));
    const dead = code.filter(
      ({ path }) =>
        !imported.has(path) && !entries.has(path) && !path.endsWith('/main.ts') && !path.endsWith('.spec.ts'),
    );
    expect(dead.map(({ path }) => path)).toEqual([]);
  });

  it('exports nothing that nobody else uses; a type may also belong to something exported beside it', () => {
    expect(product.flatMap((file) => unusedExports(file, code))).toEqual([]);
  });

  it('has kebab-case file names and no file named index', () => {
    const paths = [
      ...code.map(({ path }) => path),
      ...filesBelow(['src'], '.js'),
      ...filesBelow(['docs'], '.md'),
    ];
    const odd = paths.filter(
      (path) => !/^(?:README|TRUST|[a-z0-9-]+)(?:\.[a-z0-9-]+)+$/.test(posix.basename(path)),
    );
    expect(odd).toEqual([]);
    expect(paths.filter((path) => posix.basename(path).startsWith('index.'))).toEqual([]);
  });

  it('leaves nothing for later without an issue, and says nothing to the console', () => {
    const marks = code
      .filter(({ path }) => path !== 'test/tidy.spec.ts')
      .flatMap(({ path, lines }) =>
        lines
          .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
          .filter(({ line }) => /\b(?:TODO|FIXME|HACK)\b(?!\(#\d+\))|\bconsole\.\w+\(/.test(line))
          .map(({ place }) => place),
      );
    expect(marks).toEqual([]);
  });

  it.each(Object.entries(castsMax))('casts in %s no more than %i times', (layer, max) => {
    const casts = product.filter(({ path }) => path.startsWith(layer)).flatMap(castsIn);
    expect(casts.slice(max)).toEqual([]);
  });
});

describe('the documents', () => {
  it.each(documents)('%s has one title, on its first line', (path) => {
    const titles = textOf(path)
      .replaceAll(/^```[\s\S]*?^```/gm, '')
      .match(/^# .+$/gm);
    expect(titles).toHaveLength(1);
    expect(textOf(path)).toMatch(/^# /);
  });

  it('link only to files that exist', () => {
    const broken = documents.flatMap((path) =>
      [...textOf(path).matchAll(/\]\((?!https?:|#)(?<target>[^)#\s]+)/g)]
        .map(({ groups }) => posix.join(posix.dirname(path), groups?.['target'] ?? ''))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only files that exist, and so does the code', () => {
    const texts = [...documents.map((path) => ({ path, text: textOf(path) })), ...product];
    const gone = texts.flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /(?<![\w./])(?:src|test|tools|docs|demo|bench)\/[\w./-]+\.(?:ts|md|json)\b|docs\/adr\/\d{4}(?!-)/g,
        ),
      ]
        .map(([name]) => name)
        .filter((name) => !exists(name))
        .map((name) => `${path} names ${name}`),
    );
    expect(gone).toEqual([]);
  });

  it('number the decisions without a gap, and list every one', () => {
    const records = filesBelow(['docs/adr'], '.md').filter((path) => !path.endsWith('README.md'));
    const numbers = records.map((path) => Number(posix.basename(path).slice(0, 4)));
    expect(numbers).toEqual(records.map((_, index) => index + 1));
    expect(
      records.filter((path) => !textOf('docs/adr/README.md').includes(`(${posix.basename(path)})`)),
    ).toEqual([]);
    const parts = ['## Context', '## Decision', '## Consequences'];
    expect(records.filter((path) => parts.some((part) => !textOf(path).includes(`\n${part}\n`)))).toEqual([]);
  });
});

describe('stored events', () => {
  it('have a golden file for every version of every type', () => {
    const golden = filesBelow(['test/golden'], '.json').map((path) => posix.basename(path));
    const versions = catalogues.flatMap((catalogue) =>
      Object.entries(catalogue).flatMap(([type, { version }]) =>
        Array.from({ length: version }, (_, index) => ({ type, version: index + 1 })),
      ),
    );
    const missing = versions.filter(
      ({ type, version }) => !golden.some((name) => name === `${type}.v${version}.json`),
    );
    expect(versions.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });
});

describe('these checks', () => {
  const long = [
    'function outer() {',
    '  const inner = () => {',
    ...Array(80).fill('    work();'),
    '  };',
    '}',
  ];

  it('find a function that is too long, and charge its lines to it alone', () => {
    const lengths = functionsIn(long).map(({ header, ownLength }) => [header, ownLength]);
    expect(lengths).toEqual([
      ['function outer() {', 2],
      ['const inner = () => {', 82],
    ]);
  });

  it('find an export that nobody uses', () => {
    const lonely = sourceFile('src/http/lonely.ts', 'export const lonely = 1;\nexport function used() {}\n');
    const user = sourceFile('src/http/user.ts', "import { used } from './lonely.ts';\nused();\n");
    expect(unusedExports(lonely, [lonely, user])).toEqual(['src/http/lonely.ts exports lonely']);
  });

  it('find a cast, and no cast in a comment, a text, an alias or a constant', () => {
    const text = [
      'const id = text as OrderId;',
      "import { setTimeout as sleep } from 'node:timers/promises';",
      '// the same as Before',
      "const sentence = 'known as Nobody';",
      "const table = ['a'] as const;",
    ].join('\n');
    expect(castsIn(sourceFile('src/http/casts.ts', text))).toEqual(['src/http/casts.ts:1']);
  });
});

/** A decision is named by its number alone, anything else by its path. */
function exists(name: string): boolean {
  if (name.startsWith('docs/adr/') && !name.endsWith('.md'))
    return filesBelow(['docs/adr'], '.md').some((path) => path.startsWith(`${name}-`));
  return existsSync(join(root, name));
}

function unusedExports({ path, text }: SourceFile, all: readonly SourceFile[]): readonly string[] {
  const used = new Set(
    all.flatMap(({ imports }) =>
      imports.filter(({ target }) => target === path).flatMap(({ names }) => names),
    ),
  );
  return [
    ...text.matchAll(/^export (?:async )?(?<kind>const|function\*?|class|interface|type) (?<name>\w+)/gm),
  ]
    .map(({ groups }) => ({ kind: groups?.['kind'] ?? '', name: groups?.['name'] ?? '' }))
    .filter(({ kind, name }) => !used.has(name) && !(isType(kind) && mentions(text, name) > 1))
    .map(({ name }) => `${path} exports ${name}`);
}

/** A class is a type too, where a function beside it makes it. */
function isType(kind: string): boolean {
  return kind === 'interface' || kind === 'type' || kind === 'class';
}

function mentions(text: string, name: string): number {
  return text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
}

function castsIn({ path, text }: SourceFile): readonly string[] {
  const plain = text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|`[^`]*`|'[^'\n]*'/g, (part) => part.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/^import[^;]*;/gm, (part) => part.replaceAll(/[^\n]/g, ' '));
  return plain
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\bas (?!const\b)[A-Za-z{[(]/g)].map(() => `${path}:${index + 1}`),
    );
}
