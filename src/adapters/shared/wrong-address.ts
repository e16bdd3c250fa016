/** A URL of an adapter that it cannot be opened with, and what it should be. The composition root names the setting. */
export class WrongAddress extends Error {
  override readonly name = 'WrongAddress';
}
