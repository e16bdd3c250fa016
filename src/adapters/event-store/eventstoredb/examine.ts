import { randomUUID } from 'node:crypto';
import {
  AccessDeniedError,
  BACKWARDS,
  END,
  EventStoreDBClient,
  jsonEvent,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { z } from 'zod';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { Examination, ExaminationNeeds, Finding } from '../../../ports/examination.ts';
import { serverAddress } from '../../shared/server-address.ts';
import { withinTime } from '../../shared/within-time.ts';
import { parseEsdbUrl } from './esdb-url.ts';

/** An EventStoreDB or KurrentDB: asked what it is and what this user may do there. Nothing is written to it. */
export async function examineEventStoreDb(url: string, needs: ExaminationNeeds): Promise<Examination> {
  const client = EventStoreDBClient.connectionString(parseEsdbUrl(url).connectionString);
  try {
    return await withinTime(needs.timeoutMs, look(client, url, needs));
  } catch (error) {
    throw unavailable(error);
  } finally {
    client.dispose().catch(() => {});
  }
}

async function look(client: EventStoreDBClient, url: string, needs: ExaminationNeeds): Promise<Examination> {
  const version = await versionOf(client);
  await readOne(client, needs.timeoutMs);
  const mayAppend = await tryToAppend(client, url, needs.timeoutMs);
  return {
    server: 'EventStoreDB',
    ...(version !== undefined && { version }),
    findings: [...versionFindings(version), ...rightsFindings(mayAppend, needs, url)],
  };
}

const features = z.object({ serverVersion: z.string() });

/** The client asks for it itself, with its first append, and keeps it where only it can see it. */
async function versionOf(client: EventStoreDBClient): Promise<string | undefined> {
  const answer: unknown = await Reflect.get(client, 'capabilities');
  const { data } = features.safeParse(answer);
  return data === undefined || data.serverVersion === 'unknown' ? undefined : data.serverVersion;
}

/** Whoever may not even read is not let in at all. */
async function readOne(client: EventStoreDBClient, deadline: number): Promise<void> {
  const found = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, deadline });
  for await (const _event of found) return;
}

const oldest = [20, 10] as const;

function versionFindings(version: string | undefined): readonly Finding[] {
  if (version === undefined) {
    const what = 'it does not say its version, as those before 21.6 do not';
    return [{ severity: 'warning', what, remedy: 'Use a server of version 23.10, or a later one.' }];
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return [];
  const remedy = 'Use a server of version 23.10, or a later one.';
  return [{ severity: 'defect', what: `version ${version} is older than ${oldest.join('.')}`, remedy }];
}

/** No stream is ever as long as this, so an append that expects it is refused; but first the server looks at the rights. */
const nowhere = 2n ** 53n - 1n;

async function tryToAppend(client: EventStoreDBClient, url: string, deadline: number): Promise<boolean> {
  const event = jsonEvent({ id: randomUUID(), type: 'DoctorAsked', data: {} });
  try {
    const { success } = await client.appendToStream(`${parseEsdbUrl(url).streamPrefix}doctor-asked`, event, {
      expectedRevision: nowhere,
      deadline,
    });
    // As the URL may ask for, the client says it without an error.
    if (!success) return true;
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return true;
    if (error instanceof AccessDeniedError) return false;
    throw error;
  }
  throw new Error('it took an append at a revision that no stream has: it is not what it says');
}

function rightsFindings(mayAppend: boolean, { writes }: ExaminationNeeds, url: string): readonly Finding[] {
  if (writes && !mayAppend) {
    const remedy =
      'Give it the right to write: its group in $w of the ACL that streams have by default ($settings).';
    return [{ severity: 'defect', what: 'its user may not append', remedy }];
  }
  // Where there are no users, everybody may do everything, which is told of where it matters.
  if (writes || !mayAppend || !serverAddress(url).hasUser) return [];
  const what = 'its user may append, and this role only reads';
  return [{ severity: 'warning', what, remedy: 'Give this role a user that is in no group of $w.' }];
}

function unavailable(error: unknown): StoreUnavailable {
  const remedy =
    error instanceof AccessDeniedError || /unauthenticated|not authenticated/i.test(String(error))
      ? 'Check user and password in EVENT_STORE, and that this user may read $all.'
      : 'Check that EventStoreDB runs and can be reached at the address in EVENT_STORE, and whether it uses TLS.';
  // What the library has to note is nothing, most of the time.
  const why = error instanceof Error ? error.message.replace(/\. Resolution note: *$/, '') : error;
  return new StoreUnavailable('event store', why, remedy);
}
