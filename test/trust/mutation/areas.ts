/** What is mutated in one run of Stryker, and the specs that have to notice. Patterns below the root of the project. */
export interface Area {
  readonly name: string;
  /** Each file is judged by these alone: a rule is pinned beside where it is written, not by accident elsewhere. */
  readonly mutate: readonly string[];
  readonly specs: readonly string[];
}

/** What is stored for ever is read by these. */
const golden: Readonly<Record<string, readonly string[]>> = {
  order: ['test/golden.spec.ts'],
  books: ['test/golden-books.spec.ts'],
  webhook: ['test/golden-webhook.spec.ts'],
};

const domain = ['kernel', 'order', 'books', 'reconciliation', 'webhook'].map((name): Area => {
  const folder = `src/domain/${name}`;
  // What answers look like is declared there and nothing more; test/http checks every answer against it.
  const declared = `!${folder}/resource.ts`;
  return {
    name,
    mutate: [`${folder}/*.ts`, declared],
    specs: [`${folder}/*.spec.ts`, ...(golden[name] ?? [])],
  };
});

/** The money rules and what they stand on: idempotency, the write path, the core of projections, the processes. */
export const areas: readonly Area[] = [
  ...domain,
  {
    name: 'commands',
    mutate: files('src/commands', [
      'idempotency',
      'command-metadata',
      'handle-command',
      'stream-memory',
      'traffic',
      'plan-command',
      'outcomes',
    ]),
    specs: ['src/commands/*.spec.ts'],
  },
  {
    name: 'projections',
    mutate: files('src/projections', [
      'document-fold',
      'projection-lane',
      'sequence',
      'runner',
      'rebuild',
      'compare',
    ]),
    specs: ['src/projections/*.spec.ts'],
  },
  {
    name: 'processes',
    mutate: files('src/processes', ['payment-step', 'payment-answer', 'webhook-verdict']),
    specs: ['src/processes/*.spec.ts'],
  },
];

function files(folder: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${folder}/${name}.ts`);
}
