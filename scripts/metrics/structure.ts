import { dirname } from 'node:path';
import type { SourceFile } from './import-graph.ts';

type Graph = ReadonlyMap<string, SourceFile>;

/** The longest way along imports that stays below `folder`, as the files on it. The graph has no cycles. */
export function longestChain(graph: Graph, folder: string): readonly string[] {
  const longest = new Map<string, readonly string[]>();
  const inside = [...graph.values()]
    .filter(({ isProduct }) => isProduct)
    .map(({ path }) => path)
    .filter((path) => path.startsWith(folder));
  const chainFrom = (path: string): readonly string[] => {
    const known = longest.get(path);
    if (known) return known;
    longest.set(path, [path]); // ends the recursion should a cycle slip in
    const next = (graph.get(path)?.imports ?? []).filter((target) => target.startsWith(folder)).map(chainFrom);
    const chain = [path, ...next.reduce((best, other) => (other.length > best.length ? other : best), [])];
    longest.set(path, chain);
    return chain;
  };
  return inside.map(chainFrom).reduce((best, other) => (other.length > best.length ? other : best), []);
}

/**
 * Pairs of sibling folders whose files import one another's, in both directions, with an import of each direction. What
 * lies in the parent folder itself is no room.
 */
export function mutualRooms(graph: Graph): readonly string[] {
  const arrows = new Map<string, string>();
  for (const { path, imports, isProduct } of graph.values()) {
    for (const target of isProduct ? imports : []) {
      const [from, to] = siblingRooms(path, target) ?? [];
      if (from !== undefined && to !== undefined) arrows.set(`${from} -> ${to}`, `${path} -> ${target}`);
    }
  }
  return [...arrows].flatMap(([arrow, example]) => {
    const [from = '', to = ''] = arrow.split(' -> ');
    const back = arrows.get(`${to} -> ${from}`);
    return back !== undefined && from < to ? [`${from} <-> ${to} (${example}; ${back})`] : [];
  });
}

/** The first folders in which two paths differ; undefined when one of the two lies in a folder above the other. */
function siblingRooms(path: string, target: string): readonly [string, string] | undefined {
  const [from, to] = [dirname(path).split('/'), dirname(target).split('/')];
  const depth = from.findIndex((name, index) => name !== to[index]);
  if (depth === -1 || depth >= to.length) return undefined;
  return [from.slice(0, depth + 1).join('/'), to.slice(0, depth + 1).join('/')];
}

/** Product files of up to `maxLines` lines that exactly one other file imports, tests included. */
export function smallFilesWithOneImporter(graph: Graph, maxLines: number): readonly string[] {
  const importers = new Map<string, number>();
  for (const { imports } of graph.values()) {
    for (const target of imports) importers.set(target, (importers.get(target) ?? 0) + 1);
  }
  return [...graph.values()]
    .filter(({ path, lines, isProduct }) => isProduct && lines <= maxLines && importers.get(path) === 1)
    .map(({ path }) => path)
    .sort();
}

/** The product files of the folder that directly holds the most, tests not counted. */
export function largestFolder(graph: Graph): readonly string[] {
  const folders = new Map<string, string[]>();
  for (const { path, isProduct } of graph.values()) {
    if (isProduct) folders.set(dirname(path), [...(folders.get(dirname(path)) ?? []), path]);
  }
  return [...folders.values()].reduce((best, other) => (other.length > best.length ? other : best), []);
}

/** Entries of the root that a listing shows, hidden ones left out. */
export function rootEntries(files: readonly string[]): readonly string[] {
  return [...new Set(files.map((path) => path.split('/')[0] ?? ''))].filter((name) => !name.startsWith('.'));
}
