import { randomUUID } from 'node:crypto';
import type { EventLog, ProposedEvent } from './log.ts';

/** An event such as a server writes of its own accord. */
export function systemEvent(type: string, data: Uint8Array, id: string = randomUUID()): ProposedEvent {
  return { id, type, isJson: true, data, metadata: new Uint8Array() };
}

/** What lies in the log of a new server before anybody has appended to it. */
export function writeFirstSystemEvents(log: EventLog): void {
  const write = (stream: string, type: string, value: unknown) =>
    log.write(stream, [systemEvent(type, Buffer.from(JSON.stringify(value)))]);
  write('$$$stats-127.0.0.1:2113', '$metadata', { $maxAge: 86_400 });
  write('$user-admin', '$UserCreated', { loginName: 'admin', groups: ['$admins'], disabled: false });
  write('$users', '$User', 'admin');
  write('$settings', '$settings', { $userStreamAcl: { $r: '$all', $w: '$all' } });
  log.commit(log.length);
}
