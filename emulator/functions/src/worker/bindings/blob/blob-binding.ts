import type { BlockBlobClient } from '@azure/storage-blob';
import { Section } from '../../../config/config-reader.ts';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import type { BindingKind, BindingScope, InputBinding, OutputBinding } from '../binding.ts';
import { bindingError } from '../binding-error.ts';
import { type BindingContext, BindingExpressionError, compileBindingTemplate } from '../binding-expression.ts';
import { isNotFound } from '../queue/queue-client.ts';
import {
  type BlobPath,
  blobContent,
  deferredBlob,
  isDeferred,
  openBlobService,
  splitBlobPath,
} from './blob-address.ts';

/** `blob` input: content or null; output: overwrites, and creates the container when it is missing. */
export const blobBinding: BindingKind = { input: createBlobInput, output: createBlobOutput };

async function createBlobInput(scope: BindingScope): Promise<InputBinding> {
  const { path, connection, dataType } = readBinding(scope);
  const deferred = isDeferred(scope.binding);
  return {
    async read(context) {
      const address = path(context);
      if (deferred) return deferredBlob(address, connection);
      const blob = await openBlob(scope, address, connection);
      try {
        return blobContent(await blob.downloadToBuffer(), dataType);
      } catch (error) {
        if (isNotFound(error)) return { json: 'null' };
        throw error;
      }
    },
  };
}

async function createBlobOutput(scope: BindingScope): Promise<OutputBinding> {
  const { path, connection } = readBinding(scope);
  return {
    async write(data, context) {
      const blob = await openBlob(scope, path(context), connection);
      const bytes = toBytes(data);
      await blob.uploadData(bytes).catch(async (error: unknown) => {
        if (!isNotFound(error)) throw error;
        const service = await openBlobService(connection, scope.env);
        await service.getContainerClient(blob.containerName).createIfNotExists();
        await blob.uploadData(bytes);
      });
    },
  };
}

function readBinding(scope: BindingScope) {
  const binding = new Section({ ...scope.binding }, bindingError(scope));
  const text = binding.text('path') ?? binding.text('blobPath');
  if (!text) throw binding.fail('path', 'is required');
  const template = compileBindingTemplate(text);
  function path(context: BindingContext): BlobPath {
    const bound = template.bind(context);
    const address = splitBlobPath(bound);
    if (!address) throw new BindingExpressionError(`'${bound}' is no blob path: expected container/name`);
    return address;
  }
  return { path, connection: binding.text('connection'), dataType: binding.text('dataType') };
}

async function openBlob(
  scope: BindingScope,
  { container, blob }: BlobPath,
  connection: string | undefined,
): Promise<BlockBlobClient> {
  const service = await openBlobService(connection, scope.env);
  return service.getContainerClient(container).getBlockBlobClient(blob);
}

/** Text as it is, an object as JSON. */
function toBytes({ bytes, stream, string, json, int, double }: RpcTypedData): Uint8Array {
  return bytes ?? stream ?? Buffer.from(string ?? unquoted(json) ?? String(int ?? double ?? ''));
}

function unquoted(json: string | null | undefined): string | undefined {
  if (!json?.startsWith('"')) return json ?? undefined;
  const value: unknown = JSON.parse(json);
  return String(value);
}
