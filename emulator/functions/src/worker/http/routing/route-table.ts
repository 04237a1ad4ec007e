import { matchPartialSegment } from './match-segment.ts';
import type { RegexCompiler } from './route-constraints.ts';
import { type ParameterPart, parseTemplate, type TemplateSegment } from './route-template.ts';

export interface RouteEntry<T> {
  /** With the prefix, for example `api/items/{id}`; or compiled already. */
  readonly template: string | Route;
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
  const root: Node<T> = { children: new Map(), candidates: [] };
  for (const [order, { template, methods, target }] of entries.entries()) {
    const route = typeof template === 'string' ? await compileTemplate(template) : template;
    nodeFor(root, route).candidates.push({ order, route, methods: methods && new Set(methods), target });
  }
  return { match: (method, rawPath) => findFirst(root, method, decodePath(rawPath)) };
}

/** Compiles a template, and loads the engine for its regular expressions where it has any. @throws RouteTemplateError */
export async function compileTemplate(template: string): Promise<Route> {
  const needsRegex = /:\s*regex\(/i.test(template);
  return compileRoute(template, needsRegex ? await loadRegexCompiler() : undefined);
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

/** Route values by parameter name; a parameter without value is absent. Without prototype: names are the app's own. */
export type RouteValues = Record<string, string>;

export interface Route {
  readonly template: string;
  readonly segments: readonly TemplateSegment[];
  /**
   * @param rawPath the path as sent: percent-encoded, without query
   * @returns the route values, or undefined when the path does not match
   */
  match(rawPath: string): RouteValues | undefined;
  /** Like `match`, for a path that decodePath has decoded. */
  matchDecoded(path: string): RouteValues | undefined;
}

/** For callers whose templates have no regex constraints. */
const noRegex: RegexCompiler = () => {
  throw new Error('No regular expression compiler was given');
};

/**
 * Compiles an ASP.NET Core route template. Literals match without regard to case; a slash at the end is ignored.
 *
 * @throws RouteTemplateError
 * @example
 * compileRoute('api/items/{id:int:min(1)}').match('/api/items/7'); // { id: '7' }
 */
export function compileRoute(template: string, compileRegex: RegexCompiler = noRegex): Route {
  const segments = parseTemplate(template, compileRegex);
  const parameters = segments.flat().filter((part) => part.kind === 'parameter');
  function matchDecoded(path: string): RouteValues | undefined {
    const values = matchSegments(segments, path);
    return values && satisfies(parameters, values) ? values : undefined;
  }
  return { template, segments, matchDecoded, match: (rawPath) => matchDecoded(decodePath(rawPath)) };
}

function matchSegments(segments: readonly TemplateSegment[], path: string): RouteValues | undefined {
  const pathEnd = path.endsWith('/') ? path.length - 1 : path.length;
  const values: RouteValues = Object.create(null);
  let start = 1;
  for (const segment of segments) {
    const only = onlyParameter(segment);
    if (only?.catchAll) return addCatchAll(values, only.name, path.slice(start));
    if (start > pathEnd && only && mayBeAbsent(only)) continue;
    const end = segmentEnd(path, start, pathEnd);
    if (end <= start || !matchSegment(segment, path.slice(start, end), values)) return undefined;
    start = end + 1;
  }
  return start > pathEnd ? values : undefined;
}

/** A catch-all keeps the slash at the end of the path. When the rest of the path is empty, it has no value. */
function addCatchAll(values: RouteValues, name: string, rest: string): RouteValues {
  if (rest !== '') values[name] = rest;
  return values;
}

function onlyParameter(segment: TemplateSegment): ParameterPart | undefined {
  const [part] = segment;
  return segment.length === 1 && part?.kind === 'parameter' ? part : undefined;
}

function segmentEnd(path: string, start: number, pathEnd: number): number {
  const slash = path.indexOf('/', start);
  return slash === -1 ? pathEnd : slash;
}

function matchSegment(segment: TemplateSegment, text: string, values: RouteValues): boolean {
  const [part] = segment;
  if (segment.length !== 1 || !part) return matchPartialSegment(segment, text, values);
  if (part.kind === 'literal') return part.text === text || part.lowerText === text.toLowerCase();
  values[part.name] = text;
  return true;
}

function mayBeAbsent(parameter: ParameterPart): boolean {
  return parameter.optional || parameter.defaultValue !== undefined;
}

/** Fills in defaults, then checks every constraint; an absent optional value passes (OptionalRouteConstraint). */
function satisfies(parameters: readonly ParameterPart[], values: RouteValues): boolean {
  for (const { name, defaultValue, constraints, catchAll } of parameters) {
    if (values[name] === undefined && defaultValue !== undefined) values[name] = defaultValue;
    const value = values[name] ?? (catchAll ? '' : undefined);
    if (value !== undefined && !constraints.every((holds) => holds(value))) return false;
  }
  return true;
}

const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/**
 * The path as ASP.NET Core routing sees it: percent-decoded once, except `%2F`, which stays as it is and therefore
 * never splits a segment (Kestrel's UrlDecoder); what is not valid UTF-8 stays encoded; `.` and `..` are resolved.
 */
export function decodePath(rawPath: string): string {
  const path = rawPath.includes('%') ? rawPath.replace(/(?:%[\da-f]{2})+/gi, decodeRun) : rawPath;
  return path.includes('/.') && DOT_SEGMENT.test(path) ? removeDotSegments(path) : path;
}

function decodeRun(run: string): string {
  return run.split(/(%2f)/i).map(decodePiece).join('');
}

function decodePiece(piece: string): string {
  if (/^%2f$/i.test(piece)) return piece;
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '..' && segment !== '.') kept.push(segment);
    else if (last) kept.push('');
  }
  return `/${kept.join('/')}`;
}
