import { type Guarantee, guarantee } from './checks/guarantee.ts';
import type { Answer, Client } from './client.ts';
import { inParallel } from './in-parallel.ts';
import type { LedgerProcess } from './ledger-process.ts';
import { clerk } from './sale.ts';

interface RebuildNeeds {
  readonly client: Client;
  readonly server: LedgerProcess;
  /** Every order as it reads now, by id. */
  readonly orders: ReadonlyMap<string, Answer>;
  readonly onLine: (line: string) => void;
}

interface ProjectionStatus {
  readonly name: string;
  readonly generation: number;
  readonly state: string;
}

const width = 8;

/** Rebuilds every read model from the log, reading from the running server all the while. */
export async function rebuildAll({
  client,
  server,
  orders,
  onLine,
}: RebuildNeeds): Promise<readonly Guarantee[]> {
  const before = await projectionsOf(client);
  const meanwhile = readUntilTold(client, orders);
  const code = await server.run(['rebuild', '--all'], onLine);
  const whileRebuilding = await meanwhile.stop();
  const after = await projectionsOf(client);
  const reread = await inParallel([...orders], width, async ([id, known]) => ({
    id,
    known,
    found: await client.read(`/v1/orders/${id}`, { as: clerk }),
  }));
  return [
    guarantee('Every read model rebuilt and switched over', before, ({ name, generation }) => {
      const now = after.find((each) => each.name === name);
      if (code === 0 && now?.state === 'live' && now.generation > generation) return undefined;
      return `${name}: generation ${generation} before, ${now?.generation} after; exit code ${code}`;
    }),
    guarantee(
      'Reads during the rebuild: answered, and none of them older',
      whileRebuilding,
      (fault) => fault ?? undefined,
    ),
    guarantee('Rebuilt from the log, every order reads the same', reread, ({ id, known, found }) =>
      found.body === known.body ? undefined : `${id}: ${found.body}`,
    ),
  ];
}

/** `ledger verify`: hash chains, invariants, and every read model against a fresh fold. */
export async function verifyAll(server: LedgerProcess, onLine: (line: string) => void): Promise<Guarantee> {
  const code = await server.run(['verify'], onLine);
  return guarantee('`ledger verify` finds nothing to complain about', [code], (ended) =>
    ended === 0 ? undefined : `it ended with exit code ${ended}`,
  );
}

async function projectionsOf(client: Client): Promise<readonly ProjectionStatus[]> {
  const { body } = await client.read('/v1/projections', { as: clerk });
  return (JSON.parse(body) as { readonly items: readonly ProjectionStatus[] }).items;
}

/** Goes round all orders until it is stopped. Answers what was wrong with each read; `null` is nothing. */
function readUntilTold(client: Client, orders: ReadonlyMap<string, Answer>) {
  let isOver = false;
  const verdicts: (string | null)[] = [];

  async function goRound(): Promise<void> {
    while (!isOver) {
      for (const [id, known] of orders) {
        if (isOver) return;
        verdicts.push(await faultOf(id, known));
      }
    }
  }

  async function faultOf(id: string, known: Answer): Promise<string | null> {
    try {
      const { status, body } = await client.read(`/v1/orders/${id}`, { as: clerk, attempts: 1 });
      return status === 200 && body === known.body ? null : `${id}: ${status} ${body}`;
    } catch (fault) {
      return String(fault);
    }
  }

  const done = goRound();
  return {
    stop: async () => {
      isOver = true;
      await done;
      return verdicts;
    },
  };
}
