import { isUtf8 } from 'node:buffer';
import type { Json } from '../domain/kernel/canonical-json.ts';
import { Problem } from './problem.ts';
import { shownName } from './shown-name.ts';

const depthMax = 16;
const membersMax = 256;
const memberName = /^[A-Za-z0-9_.:-]{1,64}$/;
const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads a JSON body strictly: UTF-8, no member twice, no nesting beyond 16, plain member names. An empty body is `{}`.
 * @throws Problem `validation-failed`
 */
export function readJson(body: Buffer | undefined): Json {
  if (body === undefined || body.length === 0) return {};
  if (!isUtf8(body)) throw invalid('must be UTF-8');
  const text = body.toString('utf8');
  const complaint = scanJson(text);
  if (complaint !== undefined) throw invalid(complaint);
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw invalid(notJson);
  }
}

/**
 * What `JSON.parse` would let pass: one scan over the raw text. Escaped member names are refused too, because
 * `JSON.parse` of Node 24 can answer a wrong name after a body with an escaped one (nodejs/node#63785).
 */
export function scanJson(text: string): string | undefined {
  const nesting = new Nesting();
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character === quote) {
      const end = closingQuote(text, index + 1);
      if (end < 0) return notJson;
      if (nesting.takesName()) nesting.name(text.slice(index + 1, end));
      index = end;
    } else if (character === 0x2c || character > 0x5a) {
      nesting.punctuation(character);
    }
    if (nesting.complaint !== undefined) return nesting.complaint;
  }
  return undefined;
}

/** Where a scan stands: the names seen in each object around it, and whether the next string is a name. */
class Nesting {
  complaint: string | undefined;
  /** By depth; `undefined` for an array. */
  readonly #names: (string[] | undefined)[] = [undefined];
  #depth = 0;
  #nameComesNext = false;

  punctuation(character: number): void {
    if (character === 0x2c /* , */) this.#nameComesNext = this.#names[this.#depth] !== undefined;
    else if (character === 0x7b /* { */) this.#enter([]);
    else if (character === 0x5b /* [ */) this.#enter(undefined);
    else if (character === 0x7d /* } */ || character === 0x5d /* ] */) this.#leave();
  }

  takesName(): boolean {
    const takes = this.#nameComesNext;
    this.#nameComesNext = false;
    return takes;
  }

  name(name: string): void {
    this.complaint = complaintAboutName(name, this.#names[this.#depth] ?? []);
  }

  #enter(names: string[] | undefined): void {
    this.#depth += 1;
    if (this.#depth > depthMax) this.complaint = `must not be nested deeper than ${depthMax}`;
    this.#names[this.#depth] = names;
    this.#nameComesNext = names !== undefined;
  }

  #leave(): void {
    this.#depth -= 1;
    if (this.#depth < 0) this.complaint = notJson;
    this.#nameComesNext = false;
  }
}

const notJson = 'must be JSON';

function complaintAboutName(name: string, seen: string[]): string | undefined {
  if (!memberName.test(name) || name === '__proto__') {
    return 'has a member whose name is not 1–64 plain characters of A-Z a-z 0-9 _ . : -';
  }
  if (seen.includes(name)) return `has the member ${shownName(name)} twice`;
  if (seen.push(name) > membersMax) return `has an object of more than ${membersMax} members`;
  return undefined;
}

function closingQuote(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

function invalid(message: string): Problem {
  return new Problem('validation-failed', `The body ${message}.`, { errors: [{ pointer: '', message }] });
}
