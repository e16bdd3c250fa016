/** Thrown when the program finds itself in a state its own rules exclude: a bug or damaged data, never bad input. */
export class ImpossibleState extends Error {
  override readonly name = 'ImpossibleState';
}

/**
 * Throws {@link ImpossibleState} unless `condition` holds. `message` says what should have been true; a function where
 * it has to be put together, which then costs nothing as long as all is well.
 */
export function assert(condition: unknown, message: string | (() => string)): asserts condition {
  if (!condition) throw new ImpossibleState(typeof message === 'string' ? message : message());
}
