import { type Account, notFound } from '../account/account.ts';
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
  containerOf,
  feedPageOf,
  flag,
  nameAt,
  objectBody,
  partitionKeyOf,
  preconditionsOf,
  type RouteRequest,
  throughputOf,
} from './request.ts';

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
  const withStatistics = flag(request, 'x-ms-documentdb-populatepartitionstatistics');
  const result = readContainer(account, container, { ...preconditionsOf(request), withStatistics });
  if (!flag(request, 'x-ms-documentdb-populatequotainfo')) return result;
  return { ...result, usage: account.store.items.usage(container.number) };
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

/** A single conflict never exists, because there is one region. @throws CosmosError NotFound */
export function anyConflict(account: Account, request: RouteRequest): never {
  containerOf(account, request);
  throw notFound();
}
