import { testQueries } from '../../testing/query-conformance.ts';
import { testStore } from '../../testing/store-conformance.ts';
import { MemoryStore } from './memory-store.ts';

describe('MemoryStore', () => {
  testStore(() => new MemoryStore());
  testQueries(() => new MemoryStore());
});
