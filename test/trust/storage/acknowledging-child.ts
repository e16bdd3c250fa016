import { writeSync } from 'node:fs';
import { openSqliteEventStore } from '../../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { noStream } from '../../../src/domain/kernel/log.ts';
import { newEvent } from '../../support/new-events.ts';

// Appends one event after another to a log, as a server does, and says so of each: `ack N` on standard output.
const [path = '', appends = ''] = process.argv.slice(2);
const stdout = 1;
const store = openSqliteEventStore({ path });
for (let number = 0; number < Number(appends); number++) {
  const { status } = await store.append(`order-${number}`, noStream, [newEvent(number)]);
  if (status === 'appended') writeSync(stdout, `ack ${number}\n`);
}
await store.close();
