/** The ledger did something it must not do, or did not do what it must: the demo ends, and says so. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}
