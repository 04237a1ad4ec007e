import type { Verb } from './route.ts';

/** Resource types of the service that have no operation here at all, with the name to give. */
export const ABSENT_TYPES: Readonly<Record<string, string>> = {
  users: 'Users',
  permissions: 'Permissions',
  sprocs: 'Stored procedures',
  triggers: 'Triggers',
  udfs: 'User-defined functions',
  clientencryptionkeys: 'Client encryption keys',
  attachments: 'Attachments',
  media: 'Attachments',
  operations: 'Operations on containers other than partitionkeydelete',
};

/** What a request is called where it is refused. */
export const VERB_NAMES: Partial<Record<Verb, string>> = {
  'get change feed': 'The change feed',
  'post upsert': 'Upsert',
  'post query': 'Queries',
  'post query plan': 'Query plans',
  'post batch': 'Batch and bulk',
  patch: 'Patch',
};
