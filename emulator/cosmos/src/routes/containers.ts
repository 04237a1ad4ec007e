import type { Account } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import { CosmosError } from '../model/errors.ts';
import { createContainer } from '../operations/containers/create-container.ts';
import { deleteContainer } from '../operations/containers/delete-container.ts';
import { listConflicts } from '../operations/containers/list-conflicts.ts';
import { listContainers } from '../operations/containers/list-containers.ts';
import { listPartitionKeyRanges } from '../operations/containers/list-partition-key-ranges.ts';
import { readContainer } from '../operations/containers/read-container.ts';
import { replaceContainer } from '../operations/containers/replace-container.ts';
import { deletePartition } from '../operations/items/delete-partition.ts';
import type { OperationResult } from '../operations/result.ts';
import {
  feedPageOf,
  flag,
  header,
  nameAt,
  objectBody,
  partitionKeyOf,
  preconditionsOf,
  type RouteRequest,
  throughputOf,
} from './request.ts';

/** The container that the path names. @throws CosmosError NotFound, or BadRequest when it is not the one that the client knew */
export function containerOf({ catalog }: Account, request: RouteRequest): Container {
  const container = catalog.container(nameAt(request, 0), nameAt(request, 1));
  const intended = header(request, 'x-ms-cosmos-intended-collection-rid');
  if (intended === undefined || intended === '' || intended === container.rid) return container;
  throw new CosmosError('BadRequest', 'The intended collection rid is not that of the collection.', {
    substatus: 1024,
  });
}

export function postContainer(account: Account, request: RouteRequest): Promise<OperationResult> {
  const throughput = throughputOf(request);
  const input = { body: objectBody(request), ...(throughput && { throughput }) };
  return createContainer(account, nameAt(request, 0), input);
}

export function getContainers(account: Account, request: RouteRequest): OperationResult {
  return listContainers(account, nameAt(request, 0), feedPageOf(request));
}

export function getContainer(account: Account, request: RouteRequest): OperationResult {
  const container = containerOf(account, request);
  const answer = readContainer(container, preconditionsOf(request));
  if (!flag(request, 'x-ms-documentdb-populatequotainfo')) return answer;
  return { ...answer, usage: account.store.items.usage(container.number) };
}

export function putContainer(account: Account, request: RouteRequest): Promise<OperationResult> {
  const input = { body: objectBody(request), ...preconditionsOf(request) };
  return replaceContainer(account, containerOf(account, request), input);
}

export function removeContainer(account: Account, request: RouteRequest): Promise<OperationResult> {
  return deleteContainer(account, containerOf(account, request), preconditionsOf(request));
}

export function getPartitionKeyRanges(account: Account, request: RouteRequest): OperationResult {
  return listPartitionKeyRanges(containerOf(account, request), preconditionsOf(request));
}

export function getConflicts(account: Account, request: RouteRequest): OperationResult {
  return listConflicts(containerOf(account, request));
}

export function postPartitionKeyDelete(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const partitionKey = partitionKeyOf(request);
  if (partitionKey) return deletePartition(account, container, partitionKey);
  throw new CosmosError('BadRequest', 'PartitionKey value must be supplied for this operation.');
}
