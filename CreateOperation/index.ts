import { randomUUID } from 'node:crypto';
import { app } from '@azure/functions';
import { createJwtAuthenticator } from '../shared/identity/jwt-authenticator.ts';
import { createSigningKeys } from '../shared/identity/signing-keys.ts';
import { createCosmosOperationRepository } from '../shared/persistence/cosmos-operation-repository.ts';
import { readSettings } from '../shared/settings/settings.ts';
import { createOperationHandler } from './handler.ts';

const { cosmos, auth, server } = readSettings(process.env);
const now = () => Date.now();

app.http('CreateOperation', {
  methods: ['POST'],
  authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
  route: 'chats/{chatsId}/operations',
  handler: createOperationHandler({
    authenticator: createJwtAuthenticator({ ...auth, keys: createSigningKeys(auth.issuer, { now }), now }),
    repository: createCosmosOperationRepository({ ...cosmos, startTimer }),
    now,
    newId: randomUUID,
    server,
  }),
});

function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
