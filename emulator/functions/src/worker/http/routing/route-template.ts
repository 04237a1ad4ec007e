import { FunctionsHostError } from '../../../errors.ts';
import { createConstraint, type RegexCompiler, type RouteConstraint } from './route-constraints.ts';

/** A route template is not valid, in ASP.NET Core either. */
export class RouteTemplateError extends FunctionsHostError {
  constructor(template: string, problem: string) {
    super('InvalidRouteTemplate', `The route template '${template}' is not valid: ${problem}`);
  }
}

export interface LiteralPart {
  readonly kind: 'literal';
  readonly text: string;
  readonly lowerText: string;
}

export interface ParameterPart {
  readonly kind: 'parameter';
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  /** The value when the path has none. */
  readonly defaultValue: string | undefined;
  readonly constraints: readonly RouteConstraint[];
}

export type TemplatePart = LiteralPart | ParameterPart;

/** The parts between two slashes: one, or several as in `{file}.{ext}`. */
export type TemplateSegment = readonly TemplatePart[];

const CONSTRAINT = /^([a-z]+)(?:\((.*)\))?$/is;

/** Parses a template as ASP.NET Core's RoutePatternParser does. @throws RouteTemplateError */
export function parseTemplate(template: string, compileRegex: RegexCompiler): readonly TemplateSegment[] {
  const text = template.replace(/^~?\//, '').replace(/\/$/, '');
  if (text.startsWith('~')) throw new RouteTemplateError(template, "it cannot start with '~' unless a '/' follows");
  if (text === '') return [];
  const parser = { template, compileRegex, names: new Set<string>() };
  const segments = splitSegments(text, template).map((segment) => parseSegment(segment, parser));
  checkCatchAllIsLast(segments, template);
  return segments;
}

interface Parser {
  readonly template: string;
  readonly compileRegex: RegexCompiler;
  readonly names: Set<string>;
}

/** Slashes inside a parameter, as in a regex constraint, do not separate segments. */
function splitSegments(text: string, template: string): string[] {
  const segments: string[] = [];
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
    if (text[index] === '{') {
      index = parameterEnd(text, index, template);
    } else if (index === text.length || text[index] === '/') {
      if (index === start) throw new RouteTemplateError(template, "'/' cannot appear twice in a row");
      segments.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return segments;
}

/** The index of the last character of what begins with the brace at `open`: a parameter, or an escaped brace `{{`. */
function parameterEnd(text: string, open: number, template: string): number {
  if (text[open + 1] === '{') return open + 1;
  for (let index = open + 1; index < text.length; index++) {
    const character = text[index];
    if (character !== '{' && character !== '}') continue;
    if (text[index + 1] === character) index++;
    else if (character === '}') return index;
    else break;
  }
  throw new RouteTemplateError(template, `the '{' in '${text.slice(open)}' has no matching '}'`);
}

function parseSegment(segment: string, parser: Parser): TemplateSegment {
  const parts: TemplatePart[] = [];
  let literal = '';
  for (let index = 0; index < segment.length; index++) {
    const character = segment[index];
    if ((character === '{' || character === '}') && segment[index + 1] === character) {
      literal += character;
      index++;
    } else if (character === '{') {
      if (literal !== '') parts.push(toLiteral(literal, parser.template));
      literal = '';
      const end = parameterEnd(segment, index, parser.template);
      parts.push(parseParameter(segment.slice(index + 1, end), parser));
      index = end;
    } else if (character === '}') {
      throw new RouteTemplateError(parser.template, "a '}' has no matching '{'");
    } else {
      literal += character;
    }
  }
  if (literal !== '') parts.push(toLiteral(literal, parser.template));
  checkSegment(parts, parser.template);
  return parts;
}

function toLiteral(text: string, template: string): LiteralPart {
  if (text.includes('?')) throw new RouteTemplateError(template, `the literal section '${text}' contains a '?'`);
  return { kind: 'literal', text, lowerText: text.toLowerCase() };
}

/** `name`, `*name`, `**name`, then `:constraint` any number of times, then `=default` or `?`. */
function parseParameter(raw: string, parser: Parser): ParameterPart {
  const stars = /^\*{0,2}/.exec(raw)?.[0].length ?? 0;
  const text = raw.slice(stars).replaceAll('{{', '{').replaceAll('}}', '}');
  const name = /^[^:=?]*/.exec(text)?.[0] ?? '';
  checkName(name, raw, parser);
  const { constraints, rest } = splitConstraints(text.slice(name.length), parser.template);
  const optional = rest === '?' || (rest.startsWith('=') && rest.endsWith('?'));
  const defaultValue = rest.startsWith('=') ? rest.slice(1) : undefined;
  if (optional && defaultValue !== undefined)
    rejectTemplate(parser, `the optional parameter '${name}' cannot have a default`);
  if (optional && stars > 0) rejectTemplate(parser, `the catch-all parameter '${name}' cannot be optional`);
  return {
    kind: 'parameter',
    name,
    optional,
    catchAll: stars > 0,
    defaultValue,
    constraints: constraints.map((constraint) => resolveConstraint(constraint, name, parser)),
  };
}

function checkName(name: string, raw: string, parser: Parser): void {
  if (name === '' || /[{}/*]/.test(name)) rejectTemplate(parser, `'{${raw}}' has no valid parameter name`);
  if (parser.names.has(name.toLowerCase())) rejectTemplate(parser, `the parameter '${name}' appears more than once`);
  parser.names.add(name.toLowerCase());
}

/** Splits `:int:min(1)=5` into its constraints and what follows them; parentheses protect `:`, `=` and `?`. */
function splitConstraints(text: string, template: string): { constraints: string[]; rest: string } {
  const constraints: string[] = [];
  let index = 0;
  while (text[index] === ':') {
    const end = constraintEnd(text, index + 1, template);
    constraints.push(text.slice(index + 1, end));
    index = end;
  }
  return { constraints, rest: text.slice(index) };
}

function constraintEnd(text: string, start: number, template: string): number {
  const name = /^[^:=?(]*/.exec(text.slice(start))?.[0] ?? '';
  const afterName = start + name.length;
  if (text[afterName] !== '(') return afterName;
  // The argument ends at the first parenthesis that is followed by another constraint, a default, `?` or the end.
  for (let close = text.indexOf(')', afterName); close !== -1; close = text.indexOf(')', close + 1)) {
    const next = text[close + 1];
    if (next === undefined || next === ':' || next === '=' || (next === '?' && close + 2 === text.length))
      return close + 1;
  }
  throw new RouteTemplateError(template, `the constraint '${text.slice(start)}' has no closing parenthesis`);
}

function resolveConstraint(text: string, parameter: string, parser: Parser): RouteConstraint {
  const [, name, argument] = CONSTRAINT.exec(text) ?? [];
  const constraint = name === undefined ? undefined : resolveNamed(name, argument, parser);
  if (constraint) return constraint;
  throw new RouteTemplateError(
    parser.template,
    `the constraint '${text}' of '${parameter}' is unknown or its arguments do not fit`,
  );
}

function resolveNamed(name: string, argument: string | undefined, parser: Parser): RouteConstraint | undefined {
  try {
    return createConstraint(name, argument, parser.compileRegex);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RouteTemplateError(parser.template, `the regular expression '${argument}' is not supported: ${reason}`);
  }
}

function checkSegment(parts: readonly TemplatePart[], template: string): void {
  for (const [index, part] of parts.entries()) {
    const previous = parts[index - 1];
    if (part.kind !== 'parameter' || parts.length === 1) continue;
    if (previous?.kind === 'parameter') {
      throw new RouteTemplateError(template, 'two parameters must be separated by a literal');
    }
    if (part.catchAll) throw new RouteTemplateError(template, `the catch-all '${part.name}' must fill its segment`);
    const afterDot = index === parts.length - 1 && previous?.kind === 'literal' && previous.text === '.';
    if (part.optional && !afterDot) {
      throw new RouteTemplateError(template, `the optional parameter '${part.name}' must follow a '.' at the end`);
    }
  }
}

function checkCatchAllIsLast(segments: readonly TemplateSegment[], template: string): void {
  const index = segments.findIndex(([part]) => part?.kind === 'parameter' && part.catchAll);
  if (index !== -1 && index < segments.length - 1) {
    throw new RouteTemplateError(template, 'a catch-all parameter must be the last segment');
  }
}

function rejectTemplate(parser: Parser, problem: string): never {
  throw new RouteTemplateError(parser.template, problem);
}
