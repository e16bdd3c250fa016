import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node';
import { alignedTable } from './aligned-table.ts';

interface Row {
  readonly project: string;
  readonly stores: string;
  passed: number;
  failed: number;
  skipped: number;
}

/** Prints which stores the tests of a run have run on, and how many did not. */
export default class CombinationsReport implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = new Map<string, Row>();
    for (const module of modules) {
      for (const { stores, suite } of this.#partsOf(module)) {
        const project = module.project.name;
        const key = `${project} ${stores}`;
        const row = rows.get(key) ?? { project, stores, passed: 0, failed: 0, skipped: 0 };
        rows.set(key, row);
        for (const test of suite.children.allTests()) {
          const { state } = test.result();
          row[state === 'pending' ? 'skipped' : state] += 1;
        }
        // A hook that fails leaves the tests after it out, and fails none of them.
        for (const each of [suite, ...suite.children.allSuites()])
          if (each.errors().length > 0) row.failed += 1;
      }
    }
    if (rows.size > 0) process.stdout.write(`\n${tableOf([...rows.values()])}\n`);
  }

  /** Suites named for the stores they run on, or the whole file where its project runs on the servers. */
  #partsOf(module: TestModule): readonly { stores: string; suite: TestModule | TestSuite }[] {
    if (module.project.name.endsWith('-servers')) return [{ stores: this.#serversOf(module), suite: module }];
    return [...module.children.suites()]
      .filter(({ name }) => / × |^\w+, the /.test(name))
      .map((suite) => ({ stores: suite.name, suite }));
  }

  #serversOf({ project }: TestModule): string {
    const found = this.#vitest?.projects.find(({ name }) => name === project.name);
    const { servers } = found?.getProvidedContext() ?? {};
    const schemes = [
      servers?.eventStore ?? 'sqlite:',
      servers?.readModel ?? 'sqlite:',
      servers?.cache ?? 'memory:',
    ];
    return schemes.map((url) => url.split(':')[0]).join(' × ');
  }
}

function tableOf(rows: readonly Row[]): string {
  const sorted = rows.toSorted((a, b) =>
    `${a.project} ${a.stores}`.localeCompare(`${b.project} ${b.stores}`),
  );
  const cells = sorted.map(({ project, stores, passed, failed, skipped }) => [
    project,
    stores,
    ...[passed, failed, skipped].map(String),
  ]);
  return alignedTable([['tests', 'on', 'passed', 'failed', 'skipped'], ...cells], 2);
}
