/** The revision of a tombstone, 2^63 - 1, behind every other one. On the wire it is written out. */
export const deletedRevision = Number.POSITIVE_INFINITY;

/** What the metadata of a stream says about which of its events can be read from the stream. */
export interface StreamMetadata {
  /** Older ones are hidden, in seconds. */
  readonly maxAge?: number;
  /** All but the last ones are hidden. */
  readonly maxCount?: number;
  /** Those of a lower revision are hidden; `deletedRevision` where the stream was deleted and may come back. */
  readonly truncateBefore?: number;
}

/** As a number of JSON, 2^63 - 1 is read as 2^63. */
const softlyDeleted = 2 ** 63;

/** @returns no rules where there is no metadata, or none that can be read. */
export function streamMetadataFrom(json: Uint8Array | undefined): StreamMetadata {
  const members = json === undefined ? {} : membersOf(Buffer.from(json).toString());
  const [maxAge, maxCount, truncateBefore] = ['$maxAge', '$maxCount', '$tb'].map((name) => members[name]);
  return {
    ...(typeof maxAge === 'number' && { maxAge }),
    ...(typeof maxCount === 'number' && { maxCount }),
    ...(typeof truncateBefore === 'number' && {
      truncateBefore: truncateBefore >= softlyDeleted ? deletedRevision : truncateBefore,
    }),
  };
}

/** What a soft delete writes: all of the metadata that was there is replaced. */
export const softDeletionJson = Buffer.from('{"$tb":9223372036854775807}');

/** The metadata of a stream that comes back: its events begin at `revision`, the rest stays as it was. */
export function undeletedJson(json: Uint8Array, revision: number): Uint8Array {
  return Buffer.from(JSON.stringify({ ...membersOf(Buffer.from(json).toString()), $tb: revision }));
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
