import type { Answer } from './wire.ts';

/** What tells about the inside of the service, and is never part of an answer. */
const inside: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a stack trace', /\n\s*at |\\n\s+at |\bat [\w.<> ]+\(.+:\d+:\d+\)/],
  ['a module', /node:|node_modules|file:\/\/|\.(?:ts|js|mjs):\d+/],
  ['a path of the machine', /(?:^|[\s"'(=])\/(?:home|root|tmp|usr|var|work|etc|opt|proc)\//],
  ['the name of an exception', /\b[A-Z][A-Za-z]*(?:Error|Exception)\b/],
  [
    'a code of the platform',
    /\b(?:[A-Z]+_)?ERR_[A-Z_]+|\bHPE_[A-Z_]+|\bSQLITE_[A-Z]+|\bE(?:CONN|NO|PIPE|ACC)[A-Z]+\b/,
  ],
  ['words of the JSON parser', /Unexpected (?:token|end|string)|at position \d+ ?\(line/],
];

/** @param places paths of this machine that no answer may name */
export function leaksIn({ headers, body }: Answer, places: readonly string[]): readonly string[] {
  const text = [body, ...[...headers].map(([name, values]) => `${name}: ${values.join()}`)].join('\n\n');
  return [
    ...inside
      .filter(([, pattern]) => pattern.test(text))
      .map(([what, pattern]) => `${what}: ${pattern.exec(text)?.[0]}`),
    ...places.filter((place) => text.includes(place)).map((place) => `a place of this machine: ${place}`),
  ];
}
