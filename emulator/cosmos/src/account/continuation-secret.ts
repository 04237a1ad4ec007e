import type { Randomness } from '@lazurite/runtime';
import type { Store } from '../store/store.ts';

const KIND = 'secrets';
const ID = 'continuation';
const SECRET_BYTES = 32;

/** The account's own secret for continuation tokens: made once and kept in the store, so that tokens survive a restart. */
export function continuationSecret(store: Store, randomness: Randomness): Uint8Array {
  const { resources } = store;
  const known = resources.get(KIND, '', ID);
  if (known) return Buffer.from(known.body, 'base64');
  const secret = randomness.bytes(SECRET_BYTES);
  const body = Buffer.from(secret).toString('base64');
  store.transaction(() =>
    resources.put({ kind: KIND, parentRid: '', id: ID, rid: `${KIND}/${ID}`, etag: '', ts: 0, body }),
  );
  return secret;
}
