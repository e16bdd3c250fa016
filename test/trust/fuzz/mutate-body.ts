import type { Seeded } from '../../e2e/support/seeded.ts';
import { bodyOf, type Draft, type Expected } from './draft.ts';
import { chance } from './draws.ts';
import type { Tree } from './from-schema.ts';
import { badBytes, numbers, others, prototypeNames, texts, unknownCurrencies } from './odd-bodies.ts';

type Owner = Tree[] | { [name: string]: Tree };

/** A place in a body, and how to put something else there. */
interface Place {
  readonly owner: Owner;
  readonly name: string | number;
  readonly value: Tree;
}

/** What stands for text that is no JSON value, until the body is written. */
const mark = '\ue000';

/** Something done to a body, and what may come of it. `undefined`: this body has nothing it could be done to. */
type Mutation = (draft: Draft, draw: Seeded) => Expected | undefined;

/** By kind. */
export const bodyMutations: Readonly<Record<string, Mutation>> = {
  'wrong type': (draft, draw) =>
    atAny(draft, draw, ({ owner, name }) => put(owner, name, structuredClone(draw.pick(others)))),
  'missing member': (draft, draw) =>
    atAny(draft, draw, ({ owner, name }) => {
      if (Array.isArray(owner)) owner.splice(Number(name), 1);
      else delete owner[name];
    }),
  'extra member': (draft, draw) =>
    inAnyObject(draft, draw, (owner) => {
      owner[draw.pick(['status', 'total', 'version', '_id', 'admin', 'dryRun', '$where', 'orderId'])] = 1;
    }),
  'name of the prototype': (draft, draw) =>
    inAnyObject(draft, draw, (owner) => {
      const name = draw.pick(prototypeNames);
      Object.defineProperty(owner, name, { value: { admin: true }, enumerable: true });
    }),
  number: (draft, draw) => leaf(draft, draw, 'number', draw.pick(numbers)),
  text: (draft, draw) => leaf(draft, draw, 'string', draw.pick(texts)),
  'unknown currency': (draft, draw) =>
    atAny(
      draft,
      draw,
      ({ owner, name }) => put(owner, name, draw.pick(unknownCurrencies)),
      ({ name }) => name === 'currency',
    ) && 'refused',
  'deep nesting': (draft, draw) => {
    const depth = draw.pick([16, 17, 40, 500, 20_000]);
    const [from, to] = draw.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const);
    return atAny(draft, draw, ({ owner, name }) =>
      put(owner, name, raw(`${from.repeat(depth)}1${to.repeat(depth)}`)),
    );
  },
  'many members': (draft, draw) =>
    inAnyObject(draft, draw, (owner) => {
      for (let index = draw.pick([300, 3_000]); index > 0; index--) owner[`n${index}`] = 1;
    }),
  'long list': (draft, draw) =>
    atAny(
      draft,
      draw,
      ({ value }) => {
        const list = value as Tree[];
        const length = draw.pick([0, 201, 2_000]);
        if (length === 0) list.length = 0;
        else while (list.length < length) list.push(list[0] ?? null);
      },
      ({ value }) => Array.isArray(value) && value.length > 0,
    ),
  'member twice': (draft) => edit(draft, (text) => twice(text), 'refused'),
  'escaped name': (draft) => edit(draft, (text) => text.replace(/"([a-z])/, escapedName), 'refused'),
  'cut short': (draft, draw) => edit(draft, (text) => text.slice(0, draw.below(text.length)), undefined),
  'more behind it': (draft, draw) =>
    edit(draft, (text) => text + draw.pick([' ', '{}', ',', ']', '\u0000', '// x', '\n\n']), undefined),
  'more before it': (draft, draw) =>
    edit(draft, (text) => draw.pick([' ', '\ufeff', '/**/', ")]}',\n", '\u00a0', 'x']) + text, undefined),
  'another value': (draft, draw) =>
    edit(
      draft,
      () =>
        draw.pick(['', ' ', 'null', '[]', '"x"', '1', 'true', '{', 'undefined', "{'a':1}", '<a/>', 'a=1']),
      undefined,
    ),
  'invalid UTF-8': (draft, draw) =>
    bytes(draft, (body) => insert(body, draw, draw.pick(badBytes)), 'refused'),
  'flipped bit': (draft, draw) =>
    bytes(
      draft,
      (body) => {
        const copy = Buffer.from(body);
        const at = draw.below(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << draw.below(8));
        return copy;
      },
      undefined,
    ),
  'too large': (draft, draw) => {
    draft.mayClose = true;
    return bytes(
      draft,
      (body) => Buffer.concat([body, Buffer.alloc(draw.pick([65_536, 70_000, 900_000]), 0x20)]),
      [413],
    );
  },
};

/** The expectation of something that the document itself is asked about, once the body is written. */
const asDocumented: Expected = 'any';

function atAny(
  draft: Draft,
  draw: Seeded,
  change: (place: Place) => void,
  fits: (place: Place) => boolean = () => true,
): Expected | undefined {
  const places = placesIn(draft.tree).filter(fits);
  if (places.length === 0) return undefined;
  change(draw.pick(places));
  return write(draft);
}

function inAnyObject(
  draft: Draft,
  draw: Seeded,
  change: (owner: { [name: string]: Tree }) => void,
): Expected | undefined {
  const owners = [draft.tree, ...placesIn(draft.tree).map(({ value }) => value)].filter(isObject);
  if (owners.length === 0) return undefined;
  change(draw.pick(owners));
  return write(draft);
}

function leaf(draft: Draft, draw: Seeded, type: string, text: string): Expected | undefined {
  return atAny(
    draft,
    draw,
    ({ owner, name }) => put(owner, name, raw(text)),
    ({ value }) => typeof value === type,
  );
}

function isObject(value: Tree | undefined): value is { [name: string]: Tree } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function placesIn(tree: Tree | undefined): readonly Place[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const names = Array.isArray(tree) ? tree.keys() : Object.keys(tree);
  return [...names].flatMap((name) => {
    const value = (tree as Record<string | number, Tree>)[name] ?? null;
    return [{ owner: tree, name, value }, ...placesIn(value)];
  });
}

function put(owner: Owner, name: string | number, value: Tree): void {
  (owner as Record<string | number, Tree>)[name] = value;
}

/** Text that is written into the body as it is. */
function raw(text: string): string {
  return mark + Buffer.from(text).toString('hex') + mark;
}

function write(draft: Draft): Expected {
  const text = JSON.stringify(draft.tree).replaceAll(
    new RegExp(`"${mark}([0-9a-f]*)${mark}"`, 'g'),
    (_, digits: string) => Buffer.from(digits, 'hex').toString('utf8'),
  );
  draft.bytes = Buffer.from(text);
  return asDocumented;
}

function edit(
  draft: Draft,
  change: (text: string) => string,
  expected: Expected | undefined,
): Expected | undefined {
  const text = bodyOf(draft)?.toString('utf8') ?? '';
  const changed = change(text);
  if (changed === text) return undefined;
  draft.bytes = Buffer.from(changed);
  return expected ?? asDocumented;
}

function bytes(
  draft: Draft,
  change: (body: Buffer) => Buffer,
  expected: Expected | undefined,
): Expected | undefined {
  const body = bodyOf(draft);
  if (body === undefined || body.length === 0) return undefined;
  draft.bytes = change(body);
  return expected ?? asDocumented;
}

function twice(text: string): string {
  return text.replace(/"([A-Za-z]+)":("[^"\\]*"|\d+)/, (member) => `${member},${member}`);
}

function escapedName(_: string, letter: string): string {
  return `"\\u00${letter.charCodeAt(0).toString(16)}`;
}

function insert(body: Buffer, draw: Seeded, more: readonly number[]): Buffer {
  const at = chance(draw, 50) ? draw.below(body.length) : Math.max(1, body.indexOf('"') + 1);
  return Buffer.concat([body.subarray(0, at), Buffer.from(more), body.subarray(at)]);
}
