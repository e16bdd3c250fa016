/** As much of a node of Babel's syntax tree as is looked at. */
interface Node {
  readonly type: string;
  readonly callee?: Callee;
}

interface Callee {
  readonly type: string;
  readonly name?: string;
  readonly object?: { readonly name?: string };
}

interface Path {
  readonly node: Node;
  readonly parentPath: Path | null;
  /** Where it stands among the arguments of a call. */
  readonly key: string | number | null;
}

/** What a message is put together of: texts in texts, alternatives, a function that makes it. */
const partsOfMessage = new Set([
  'StringLiteral',
  'TemplateLiteral',
  'ConditionalExpression',
  'ArrowFunctionExpression',
]);

/**
 * A plugin of Stryker. It leaves out the wording of what is thrown, asserted and logged: nobody decides by it, and a spec
 * that repeats a sentence only hinders whoever wants to word it better. Refusals keep theirs: their text reaches callers.
 */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'prose',
    value: {
      shouldIgnore: (path: Path): string | undefined =>
        isPartOfMessage(path.node.type) && isWording(path) ? 'the wording of an error' : undefined,
    },
  },
] as const;

function isWording(path: Path): boolean {
  let at = path;
  while (at.parentPath !== null && isPartOfMessage(at.parentPath.node.type)) at = at.parentPath;
  const callee = at.parentPath?.node.callee;
  return callee !== undefined && typeof at.key === 'number' && takesMessage(callee, at.key);
}

function isPartOfMessage(type: string): boolean {
  return partsOfMessage.has(type);
}

/** `assert` after what it asserts, an error that is made, `super` of one, a line of the log. */
function takesMessage({ type, name = '', object }: Callee, argument: number): boolean {
  if (type === 'Super') return true;
  if (type === 'MemberExpression') return object?.name === 'logger';
  if (name === 'assert') return argument > 0;
  return /^[A-Z]\w*(?:Error|Event|State|Unavailable|Unknown|Data|Sequence)$/.test(name);
}
