import type { BlockBlobClient } from '@azure/storage-blob';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import type { BindingDeclaration, BindingKind, InputBinding, OutputBinding } from '../binding.ts';
import { type BindingContext, BindingExpressionError, compileBindingTemplate } from '../binding-expression.ts';
import { readBinding } from '../binding-reader.ts';
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

async function createBlobInput(declaration: BindingDeclaration): Promise<InputBinding> {
  const { path, connection, dataType } = readBlobBinding(declaration);
  const deferred = isDeferred(declaration.binding);
  return {
    async read(context) {
      const address = path(context);
      if (deferred) return deferredBlob(address, connection);
      const blob = await openBlob(declaration, address, connection);
      try {
        // Inputs are text by default (azure-functions-host `WorkerFunctionInvoker`), unlike what a blob trigger delivers.
        return blobContent(await blob.downloadToBuffer(), dataType ?? 'string');
      } catch (error) {
        if (isNotFound(error)) return { json: 'null' };
        throw error;
      }
    },
  };
}

async function createBlobOutput(declaration: BindingDeclaration): Promise<OutputBinding> {
  const { path, connection } = readBlobBinding(declaration);
  return {
    async write(data, context) {
      const blob = await openBlob(declaration, path(context), connection);
      const bytes = toBytes(data);
      await blob.uploadData(bytes).catch(async (error: unknown) => {
        if (!isNotFound(error)) throw error;
        const service = await openBlobService(connection, declaration.env);
        await service.getContainerClient(blob.containerName).createIfNotExists();
        await blob.uploadData(bytes);
      });
    },
  };
}

function readBlobBinding(declaration: BindingDeclaration) {
  const binding = readBinding(declaration);
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
  declaration: BindingDeclaration,
  { container, blob }: BlobPath,
  connection: string | undefined,
): Promise<BlockBlobClient> {
  const service = await openBlobService(connection, declaration.env);
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
