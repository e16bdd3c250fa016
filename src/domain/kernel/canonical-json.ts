/** A value as JSON knows it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

type Members = { readonly [key: string]: Json };

/**
 * The canonical text of a JSON value (RFC 8785): members sorted by UTF-16 code units, no white space, so that two texts
 * of one value are one text. `1.0` and `1` are one number; a missing member and a null one are not the same.
 *
 * Every command passes here, so the common case is one pass that sorts and one native `JSON.stringify`.
 */
export function canonicalJson(value: Json): string {
  const arranged = arrange(value);
  return arranged === undefined ? spell(value) : JSON.stringify(arranged);
}

/** The value with its members in order, itself where they are already; `undefined` where an object cannot hold the order. */
function arrange(value: Json): Json | undefined {
  if (value === null || typeof value !== 'object') return value;
  return Array.isArray(value) ? arrangeItems(value) : arrangeMembers(value as Members);
}

function arrangeItems(items: readonly Json[]): Json | undefined {
  let changed: Json[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as Json;
    const arranged = arrange(item);
    if (arranged === undefined) return undefined;
    if (arranged !== item) changed ??= [...items];
    if (changed !== undefined) changed[index] = arranged;
  }
  return changed ?? items;
}

function arrangeMembers(members: Members): Json | undefined {
  const keys = Object.keys(members);
  let changed: Record<string, Json> | undefined;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    // JavaScript moves members whose names are whole numbers to the front, whatever the order they were set in, and
    // takes the setting of this one for something else.
    if (key.charCodeAt(0) <= 57 || key === '__proto__') return undefined;
    if (index > 0 && (keys[index - 1] as string) > key) changed = {};
  }
  if (changed !== undefined) keys.sort();
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    const member = members[key] as Json;
    const arranged = arrange(member);
    if (arranged === undefined) return undefined;
    if (arranged !== member && changed === undefined) changed = copyOf(members, keys.slice(0, index));
    if (changed !== undefined) changed[key] = arranged;
  }
  return changed ?? members;
}

function copyOf(members: Members, keys: readonly string[]): Record<string, Json> {
  return Object.fromEntries(keys.map((key) => [key, members[key] as Json]));
}

/** The definition, word for word: for what `arrange` cannot hold. */
function spell(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spell).join(',')}]`;
  const members = value as Members;
  const parts = Object.keys(members)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${spell(members[key] as Json)}`);
  return `{${parts.join(',')}}`;
}
