import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Of no use for one mutant after the other: they take seconds each, and find by many tries what the specs beside them
 * say outright.
 */
const tooLong = ['src/domain/order/payment-walk.spec.ts', 'src/**/*.property.spec.ts'];

/** Every question in every situation: asked last, when no spec that is about the one thing has noticed. */
const thorough = ['aggregate', 'deposits', 'money-caps', 'rejections'].map((name) => `/${name}.spec.ts`);

/** Most mutants are found by the first spec or two, and then the rest is not run. */
class QuickFirst extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    return specs.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

function rank({ moduleId }: TestSpecification): number {
  return thorough.findIndex((name) => moduleId.endsWith(name));
}

/** For Stryker alone, see main.ts: the specs of one area, in one worker that loads each module once. */
export default defineConfig({
  test: {
    include: (process.env['MUTATION_SPECS'] ?? '').split(','),
    exclude: tooLong,
    environment: 'node',
    isolate: false,
    // An endless loop is ended by Stryker, which knows how long each spec took before.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: QuickFirst },
  },
});
