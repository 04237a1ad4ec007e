import { matchPartialSegment } from './match-segment.ts';
import { decodePath } from './request-path.ts';
import type { RegexCompiler } from './route-constraints.ts';
import { type ParameterPart, parseTemplate, type TemplateSegment } from './route-template.ts';

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
