import { randomUUID } from 'node:crypto';
import { app } from '@azure/functions';
import { createJwtAuthenticator } from '../shared/identity/jwt-authenticator.ts';
import { createSigningKeys } from '../shared/identity/signing-keys.ts';
import { createCosmosOperationRepository } from '../shared/persistence/cosmos-operation-repository.ts';
import { readSettings } from '../shared/settings/settings.ts';
import { createOperationHandler } from './handler.ts';

const { cosmos, auth, server } = readSettings(process.env);
const now = () => Date.now();
const keys = createSigningKeys(auth.issuer, { now });
const repository = createCosmosOperationRepository({ ...cosmos, startTimer });

// What the first request would otherwise wait for, while the host still starts. Not awaited: the app serves without.
app.hook.appStart(() => {
  void keys.prefetch();
  void repository.prepare();
});

app.http('CreateOperation', {
  methods: ['POST'],
  authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
  route: 'chats/{chatsId}/operations',
  handler: createOperationHandler({
    authenticator: createJwtAuthenticator({ ...auth, keys, now }),
    repository,
    now,
    newId: randomUUID,
    server,
  }),
});

function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
