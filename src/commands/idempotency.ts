import { canonicalJson, type Json } from '../domain/kernel/canonical-json.ts';
import type { Digest } from '../ports/digest.ts';

/**
 * Identity of a command: one per caller, method, path and key. Everything else that must happen once derives its own
 * identity from it, so nothing has to be remembered between attempts.
 */
export function commandIdOf(
  digest: Digest,
  actor: string,
  method: string,
  path: string,
  key: string,
): string {
  return digest.uuid5(commandNamespace, `${actor}|${method} ${path}|${key}`);
}

/** Id of what a creating command creates: the same for every attempt, so that only the first can create it. */
export function createdIdOf(digest: Digest, commandId: string): string {
  return digest.uuid5(createdNamespace, commandId);
}

/**
 * What a key stands for: SHA-256 over the method, the path and the canonical JSON body (RFC 8785). White space and the
 * order of members make no difference; any other difference is another request.
 */
export function fingerprintOf(digest: Digest, method: string, path: string, body: Json): string {
  return digest.sha256(`v1 ${method} ${path}\n${canonicalJson(body)}`);
}

/** Top-level members of `body` that are not what was recorded, as far as the recorded data has members of those names. */
export function differingMembers(recorded: object, body: object): readonly string[] {
  const before = new Map(Object.entries(recorded));
  return Object.entries(body)
    .filter(([name, value]) => before.has(name) && canonicalJson(before.get(name)) !== canonicalJson(value))
    .map(([name]) => name);
}

/** Random, fixed for ever: changing one would make every recorded key unknown. */
const commandNamespace = 'd3ff23d8-6f5f-4b43-9d1f-5b3f0c7a9a31';
const createdNamespace = '0c1f6a52-8a0e-4a53-8c1e-6f1fd6a2b1c4';
