import type { ChatRecord, TeamRecord } from '../../shared/domain/teams/team.ts';
import type { WorkspaceRepository } from '../../shared/domain/teams/workspace.ts';
import { newTeam } from '../../shared/domain/teams/workspace.ts';
import { startTimer } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosWorkspaceRepository } from '../../shared/persistence/teams/cosmos-workspace-repository.ts';
import { DATABASE, startOnCosmos } from '../support/cosmos-repositories.ts';
import { createMemoryWorkspaceRepository } from '../support/memory-workspace-repository.ts';

interface Running {
  readonly records: WorkspaceRepository;
  close(): Promise<void>;
}

describe.each([
  [
    'memory',
    async (): Promise<Running> => ({ records: createMemoryWorkspaceRepository(), close: async () => undefined }),
  ],
  [
    'Cosmos DB',
    async (): Promise<Running> => {
      const { client, close } = await startOnCosmos();
      return { records: createCosmosWorkspaceRepository({ client, database: DATABASE, startTimer }), close };
    },
  ],
])('WorkspaceRepository in %s', (_adapter, start) => {
  let running: Running;

  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.close());

  test('get() returns what add() stored, a team apart from a chat of the same id', async () => {
    const { records } = running;
    const team = newRecord('same');
    const chat: ChatRecord = {
      kind: 'chat',
      availableAt: 7,
      chat: { id: 'same', createdDateTime: '2026-01-01T00:00:00.000Z', chatType: 'group', topic: null },
    };
    expect(await records.add(team)).toBe(true);
    expect(await records.get({ kind: 'chat', id: 'same' })).toBeNull();
    expect(await records.add(chat)).toBe(true);
    expect((await records.get({ kind: 'team', id: 'same' }))?.record).toEqual(team);
    expect((await records.get({ kind: 'chat', id: 'same' }))?.record).toEqual(chat);
  });

  test('add() keeps the record that there is', async () => {
    expect(await running.records.add(newRecord('kept'))).toBe(true);
    expect(await running.records.add({ ...newRecord('kept'), availableAt: 99 })).toBe(false);
    expect((await running.records.get({ kind: 'team', id: 'kept' }))?.record.availableAt).toBe(0);
  });

  test('replace() writes over the version it names and no other', async () => {
    await running.records.add(newRecord('replaced'));
    const etag = (await running.records.get({ kind: 'team', id: 'replaced' }))?.etag ?? '';
    const changed = { ...newRecord('replaced'), changes: [{ at: 1, isArchived: true }] };
    expect(await running.records.replace(changed, etag)).toBe(true);
    expect(await running.records.replace(newRecord('replaced'), etag)).toBe(false);
    expect((await running.records.get({ kind: 'team', id: 'replaced' }))?.record).toEqual(changed);
    expect(await running.records.replace(newRecord('absent'), etag)).toBe(false);
  });

  test.each(['', 'a/b#?', "it's", '19:é@thread.v2', '\ud800', 'x'.repeat(3_000)])(
    'get() returns null for the id %j',
    async (id) => {
      expect(await running.records.get({ kind: 'chat', id })).toBeNull();
    },
  );
});

function newRecord(id: string): TeamRecord {
  const source = { now: () => 0, newId: () => '00000000-0000-4000-8000-000000000001' };
  return { kind: 'team', team: newTeam({ id }, source), availableAt: 0, changes: [] };
}
