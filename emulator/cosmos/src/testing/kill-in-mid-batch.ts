import type { Container, OperationInput } from '@azure/cosmos';
import { type ServedDirectory, serveDirectory } from './served-directory.ts';

export interface KillRounds {
  readonly dataDir: string;
  readonly kills: number;
  /** The folder of this file. */
  readonly testing: string;
}

export interface KillOutcome {
  readonly acknowledged: number;
  /** Batches of which a part is there. */
  readonly half: readonly string[];
  /** Batches that were answered 200 and are not there. */
  readonly lost: readonly string[];
  /** LSNs that more than one batch has. */
  readonly reused: readonly number[];
}

const WRITERS = 8;
const BATCH_SIZE = 5;
const ACKNOWLEDGED_PER_KILL = 25;

/** Writes transactional batches, kills the server in the middle of it, again and again, and looks at what is there. */
export async function killInMidBatch({ dataDir, kills, testing }: KillRounds): Promise<KillOutcome> {
  const sent: string[] = [];
  const acknowledged = new Set<string>();
  for (let round = 0; round < kills; round += 1) {
    const served = await serveDirectory(testing, dataDir);
    await writeUntilKilled(served, { round, sent, acknowledged });
  }
  const served = await serveDirectory(testing, dataDir);
  const found = await lsnsByBatch(await openContainer(served), sent);
  const exited = new Promise((resolve) => served.child.once('exit', resolve));
  served.client.dispose();
  served.child.kill('SIGKILL');
  await exited;
  return judge(sent, acknowledged, found);
}

interface Writing {
  readonly round: number;
  readonly sent: string[];
  readonly acknowledged: Set<string>;
}

async function writeUntilKilled(served: ServedDirectory, { round, sent, acknowledged }: Writing): Promise<void> {
  const container = await openContainer(served);
  const goal = acknowledged.size + ACKNOWLEDGED_PER_KILL;
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let n = 0; ; n += 1) {
      const batch = `${round}-${writer}-${n}`;
      sent.push(batch);
      const { code } = await container.items.batch(operationsOf(batch), batch);
      if (code !== 200) throw new Error(`A batch was answered ${code}`);
      acknowledged.add(batch);
      if (acknowledged.size === goal) served.child.kill('SIGKILL');
    }
  });
  await Promise.allSettled(writers);
  served.client.dispose();
}

async function openContainer({ client }: ServedDirectory): Promise<Container> {
  const { database } = await client.databases.createIfNotExists({ id: 'db' });
  return (await database.containers.createIfNotExists({ id: 'batches', partitionKey: '/pk' })).container;
}

/** Each batch has a logical partition of its own. */
function operationsOf(batch: string): OperationInput[] {
  return Array.from({ length: BATCH_SIZE }, (_, n) => ({
    operationType: 'Create',
    resourceBody: { id: `${n}`, pk: batch, pad: 'x'.repeat(2_000) },
  }));
}

/** The LSNs of the items that are there, for each batch that was sent. */
async function lsnsByBatch(container: Container, sent: readonly string[]): Promise<ReadonlyMap<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const batch of sent) {
    const reads = await Promise.all(Array.from({ length: BATCH_SIZE }, (_, n) => container.item(`${n}`, batch).read()));
    const there = reads.filter(({ statusCode }) => statusCode === 200);
    found.set(
      batch,
      there.map(({ headers }) => Number(headers['x-ms-item-lsn'])),
    );
  }
  return found;
}

function judge(
  sent: readonly string[],
  acknowledged: ReadonlySet<string>,
  found: ReadonlyMap<string, readonly number[]>,
): KillOutcome {
  const countOf = (batch: string) => found.get(batch)?.length ?? 0;
  const ownLsns = sent.flatMap((batch) => [...new Set(found.get(batch))]);
  return {
    acknowledged: acknowledged.size,
    half: sent.filter((batch) => countOf(batch) > 0 && countOf(batch) < BATCH_SIZE),
    lost: [...acknowledged].filter((batch) => countOf(batch) === 0),
    reused: ownLsns.filter((lsn, index) => ownLsns.indexOf(lsn) !== index),
  };
}
