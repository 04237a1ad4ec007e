// Prints the figures of the structure, and fails when one is above its limit: `npm run metrics`. `--list` names the places.
// `--ways` adds the ways of requests, which need the built program and half a minute.
import { resolve } from 'node:path';
import { listFiles, readImportGraph } from './metrics/import-graph.ts';
import {
  largestFolder,
  longestChain,
  mutualRooms,
  rootEntries,
  smallFilesWithOneImporter,
} from './metrics/structure.ts';
import { requestWays } from './metrics/ways.ts';

interface Figure {
  readonly name: string;
  /** The greatest value that is well. */
  readonly bar: number;
  /** Where the bar is not reached: the value that may not grow. Runs differ by two. */
  readonly limit?: number;
  readonly places: readonly string[];
}

const root = resolve(import.meta.dirname, '..');
const figures = [...structureFigures(), ...(process.argv.includes('--ways') ? await wayFigures() : [])];
for (const { name, bar, limit = bar, places } of figures) {
  if (places.length > limit) process.exitCode = 1;
  const line = `${places.length <= bar ? 'ok  ' : 'MISS'} ${String(places.length).padStart(4)} (bar ${bar})  ${name}\n`;
  process.stdout.write(line);
  if (process.argv.includes('--list')) process.stdout.write(places.map((place) => `            ${place}\n`).join(''));
}

function structureFigures(): readonly Figure[] {
  const graph = readImportGraph(root);
  const largest = largestFolder(graph);
  const small = smallFilesWithOneImporter(graph, 40);
  return [
    { name: 'longest import chain in emulator/cosmos', bar: 12, places: longestChain(graph, 'emulator/cosmos/') },
    { name: 'longest import chain in emulator/functions', bar: 9, places: longestChain(graph, 'emulator/functions/') },
    { name: 'pairs of rooms that import each other', bar: 0, places: mutualRooms(graph) },
    { name: 'files with one importer and at most 40 lines', bar: 20, places: small },
    { name: 'visible entries at the root', bar: 28, places: rootEntries(listFiles(root)) },
    { name: 'files in the largest folder', bar: 20, places: largest },
  ];
}

async function wayFigures(): Promise<readonly Figure[]> {
  const { create, query, message } = await requestWays(root);
  return [
    {
      name: 'files on the way of POST /chats/{id}/operations, socket to disk and back',
      bar: 45,
      limit: 50,
      places: create,
    },
    { name: 'files on the way of a query in the database', bar: 35, limit: 37, places: query },
    { name: 'files on the way of a queue message to its function', bar: 15, limit: 18, places: message },
  ];
}
