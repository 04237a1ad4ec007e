import { createMemoryRepository } from '../support/memory-operation-repository.ts';
import { describeOperationRepository } from './operation-repository.ts';

describeOperationRepository('memory', async () => ({
  repository: createMemoryRepository(),
  close: async () => undefined,
}));
