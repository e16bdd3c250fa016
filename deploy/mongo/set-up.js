// Run once by the service mongo-init, in mongosh: makes the one node a replica set and the users of the ledger, or finds
// that they are there. Passwords come from the same files that the ledger reads, and are set anew each time, so that a
// password is changed by changing its file.

const { readFileSync } = require('node:fs');

const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const replicaSet = { _id: 'ledger', members: [{ _id: 0, host: 'mongo:27017' }] };
const electionMsMax = 30_000;
const pauseMs = 200;

/** What each user may do with the documents; the log and the keys are elsewhere. */
const rights = { projector: 'readWrite', query: 'read' };

db.getSiblingDB('admin').auth('root', secret('mongo-root-password'));
try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate(replicaSet);
}
for (let waitedMs = 0; !db.hello().isWritablePrimary; waitedMs += pauseMs) {
  if (waitedMs > electionMsMax) throw new Error(`no primary within ${electionMsMax} ms`);
  sleep(pauseMs);
}

const ledger = db.getSiblingDB('ledger');
for (const [name, role] of Object.entries(rights)) {
  const url = new URL(secret(`read-model-${name}`));
  const user = { pwd: decodeURIComponent(url.password), roles: [{ role, db: 'ledger' }] };
  if (ledger.getUser(name) === null) ledger.createUser({ user: name, ...user });
  else ledger.updateUser(name, user);
  print(`${name} may ${role}`);
}
