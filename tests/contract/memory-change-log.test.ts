import { createMemoryChangeLog } from '../support/memory-change-log.ts';
import { createMemoryRepository } from '../support/memory-operation-repository.ts';
import { describeChangeLog } from './change-log.ts';

describeChangeLog('memory', async () => {
  const log = createMemoryChangeLog();
  return { log, repository: createMemoryRepository({ log }), close: async () => undefined };
});
