/** A role of Azure that the app's identity is given; `id` is the same in every tenant. */
export interface Role {
  readonly name: string;
  readonly id: string;
  /** What it is given on. */
  readonly scope: 'cosmos' | 'storage' | 'insights';
  /** Who needs it for what, without a full stop. */
  readonly purpose: string;
}

/**
 * All that the deployed app may do: read and write data. None of them can change a resource or read a key.
 *
 * The identifiers are those of https://learn.microsoft.com/azure/role-based-access-control/built-in-roles and, for
 * Cosmos DB, whose data plane has roles of its own, https://learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-roles.
 */
export const ROLES: readonly Role[] = [
  {
    name: 'Cosmos DB Built-in Data Contributor',
    id: '00000000-0000-0000-0000-000000000002',
    scope: 'cosmos',
    purpose: 'The app, and the Cosmos DB trigger, read and write the items of its database',
  },
  {
    name: 'Storage Blob Data Owner',
    id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
    scope: 'storage',
    purpose: 'The host fetches the package, and keeps function keys, timers and locks',
  },
  {
    name: 'Storage Queue Data Contributor',
    id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
    scope: 'storage',
    purpose: 'The host reads, writes and deletes the messages of queues',
  },
  {
    name: 'Storage Table Data Contributor',
    id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
    scope: 'storage',
    purpose: 'The host records its diagnostic events',
  },
  {
    name: 'Monitoring Metrics Publisher',
    id: '3913510d-42f4-4e42-8a64-420c390055eb',
    scope: 'insights',
    purpose: 'The host and the app send telemetry',
  },
];
