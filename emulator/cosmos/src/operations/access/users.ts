import { readResourceId, userRid } from '../../model/resource-id.ts';
import type { ResourceKind } from '../resources/named-resource.ts';

/** Holders of permissions on the containers of a database and on what is in them. */
export const USERS: ResourceKind = {
  kind: 'users',
  feedName: 'Users',
  ridOf: userRid,
  readProperties: ({ id }) => ({ id: readResourceId(id) }),
  addedProperties: () => ({ _permissions: 'permissions/' }),
};
