import type { ChangeLog } from '../../shared/domain/notifications/change-log.ts';
import type { OperationChange } from '../../shared/domain/notifications/operation-change.ts';

export interface MemoryChangeLog extends ChangeLog {
  append(change: OperationChange): void;
}

/** The port's simplest adapter; held to the same contract as the real one. A place is a number. */
export function createMemoryChangeLog(): MemoryChangeLog {
  const log: OperationChange[] = [];
  return {
    append: (change) => void log.push(change),
    end: async () => String(log.length),
    read: async (watched, place, limit) => {
      const from = Number(place);
      const read = log.slice(from, from + limit);
      return {
        changes: read.filter(({ chatId }) => watched.kind === 'all' || watched.chatId === chatId),
        next: String(from + read.length),
        hasMore: read.length > 0,
      };
    },
  };
}
