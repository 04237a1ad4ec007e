import { decodePath } from './request-path.ts';
import { compileRoute, type Route, type RouteValues } from './route.ts';
import type { RegexCompiler } from './route-constraints.ts';

export interface RouteEntry<T> {
  /** With the prefix, for example `api/items/{id}`. */
  readonly template: string;
  /** Upper case; absent: every method. */
  readonly methods?: readonly string[];
  /** The value of a match. */
  readonly target: T;
}

export interface RouteMatch<T> {
  readonly target: T;
  readonly values: RouteValues;
}

export interface RouteTable<T> {
  /**
   * The first entry, in the order given, whose template and method both match. Undefined is a 404: a method mismatch
   * means no match, never 405 (HttpMethodRouteConstraint of the WebJobs HTTP extension).
   */
  match(method: string, rawPath: string): RouteMatch<T> | undefined;
}

interface Candidate<T> {
  readonly order: number;
  readonly route: Route;
  readonly methods: ReadonlySet<string> | undefined;
  readonly target: T;
}

/** A tree over the literal segments with which templates begin; each node holds the routes that end or vary there. */
interface Node<T> {
  readonly children: Map<string, Node<T>>;
  readonly candidates: Candidate<T>[];
}

/** @throws RouteTemplateError for the first template that is not valid */
export async function buildRouteTable<T>(entries: readonly RouteEntry<T>[]): Promise<RouteTable<T>> {
  const needsRegex = entries.some(({ template }) => /:\s*regex\(/i.test(template));
  const compileRegex = needsRegex ? await loadRegexCompiler() : undefined;
  const root: Node<T> = { children: new Map(), candidates: [] };
  for (const [order, { template, methods, target }] of entries.entries()) {
    const route = compileRoute(template, compileRegex);
    nodeFor(root, route).candidates.push({ order, route, methods: methods && new Set(methods), target });
  }
  return { match: (method, rawPath) => findFirst(root, method, decodePath(rawPath)) };
}

function nodeFor<T>(root: Node<T>, route: Route): Node<T> {
  let node = root;
  for (const segment of route.segments) {
    const part = segment[0];
    if (segment.length !== 1 || part?.kind !== 'literal') break;
    let child = node.children.get(part.lowerText);
    if (!child) {
      child = { children: new Map(), candidates: [] };
      node.children.set(part.lowerText, child);
    }
    node = child;
  }
  return node;
}

/** Follows the literals of the path. Each node on the way may hold a match, and the one registered first wins. */
function findFirst<T>(root: Node<T>, method: string, path: string): RouteMatch<T> | undefined {
  let node: Node<T> | undefined = root;
  let best: RouteMatch<T> | undefined;
  let bestOrder = Number.POSITIVE_INFINITY;
  let start = 1;
  while (node) {
    for (const candidate of node.candidates) {
      if (candidate.order > bestOrder) break;
      const values = matchCandidate(candidate, method, path);
      if (!values) continue;
      best = { target: candidate.target, values };
      bestOrder = candidate.order;
      break;
    }
    if (start > path.length || node.children.size === 0) break;
    const slash: number = path.indexOf('/', start);
    const end: number = slash === -1 ? path.length : slash;
    node = node.children.get(path.slice(start, end).toLowerCase());
    start = end + 1;
  }
  return best;
}

function matchCandidate<T>({ methods, route }: Candidate<T>, method: string, path: string): RouteValues | undefined {
  if (methods && !methods.has(method)) return undefined;
  return route.matchDecoded(path);
}

/**
 * Loads the RE2 engine: a regex constraint runs on text that a caller chose, so it must take linear time. .NET's engine
 * backtracks; lookarounds and back references, which need that, are rejected when the route is compiled.
 */
export async function loadRegexCompiler(): Promise<RegexCompiler> {
  const { RE2JS } = await import('re2js');
  return (pattern) => {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    return (value) => compiled.matcher(value).find();
  };
}
