import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { textOf } from '../tools/source-files.ts';

interface User {
  readonly pwd: string;
  readonly roles: readonly unknown[];
}

/** What there is of `mongosh` that the script asks for; the server behind it is this object. */
class Server {
  isReplicaSet = false;
  /** How often it says that it is no primary yet. */
  electionTurns = 2;
  readonly users = new Map<string, User>();
  readonly done: string[] = [];
  signedInWith: string | undefined;

  run(secrets: Readonly<Record<string, string>>): void {
    const database = (name: string) => ({
      auth: (user: string, password: string) => {
        expect([name, user]).toEqual(['admin', 'root']);
        this.signedInWith = password;
      },
      hello: () => ({ isWritablePrimary: this.isReplicaSet && this.electionTurns-- <= 0 }),
      getSiblingDB: database,
      getUser: (user: string) => this.users.get(`${name}.${user}`) ?? null,
      createUser: ({ user, ...rest }: User & { user: string }) => {
        this.done.push(`create ${user}`);
        this.users.set(`${name}.${user}`, rest);
      },
      updateUser: (user: string, rest: User) => {
        this.done.push(`update ${user}`);
        this.users.set(`${name}.${user}`, rest);
      },
    });
    runInNewContext(textOf('deploy/mongo/set-up.js'), {
      require: () => ({ readFileSync: (path: string) => secrets[path.replace('/run/secrets/', '')] }),
      db: database('test'),
      rs: {
        status: () => {
          if (!this.isReplicaSet) throw Object.assign(new Error('no'), { codeName: 'NotYetInitialized' });
        },
        initiate: ({ _id }: { _id: string }) => {
          this.done.push(`initiate ${_id}`);
          this.isReplicaSet = true;
        },
      },
      sleep: () => {},
      print: () => {},
      URL,
    });
  }
}

const secrets = {
  'mongo-root-password': 'root-secret\n',
  'read-model-projector': 'mongodb://projector:p%40ss@mongo:27017/ledger?replicaSet=ledger\n',
  'read-model-query': 'mongodb://query:other@mongo:27017/ledger?replicaSet=ledger\n',
};

describe('the set-up of MongoDB', () => {
  it('makes a replica set, waits for its primary, and makes a user for each role with the password of its URL', () => {
    const server = new Server();
    server.run(secrets);
    expect(server.signedInWith).toBe('root-secret');
    expect(server.done).toEqual(['initiate ledger', 'create projector', 'create query']);
    expect(Object.fromEntries(server.users)).toEqual({
      'ledger.projector': { pwd: 'p@ss', roles: [{ role: 'readWrite', db: 'ledger' }] },
      'ledger.query': { pwd: 'other', roles: [{ role: 'read', db: 'ledger' }] },
    });
  });

  it('finds everything there the next time, and sets passwords anew', () => {
    const server = new Server();
    server.run(secrets);
    server.done.length = 0;
    server.run({ ...secrets, 'read-model-query': 'mongodb://query:changed@mongo:27017/ledger' });
    expect(server.done).toEqual(['update projector', 'update query']);
    expect(server.users.get('ledger.query')?.pwd).toBe('changed');
  });

  it('does not take a server that fails for one without a replica set, nor wait for a primary for ever', () => {
    const failing = new Server();
    failing.isReplicaSet = true;
    failing.electionTurns = Number.POSITIVE_INFINITY;
    expect(() => failing.run(secrets)).toThrow(/no primary within/);
    expect(failing.done).toEqual([]);
  });
});
