import { declaredProperty, type TypeName, typeNameOf } from '../../domain/declared-property.ts';
import type {
  ArithmeticFunction,
  DateTimeLiteral,
  Expression,
  FunctionName,
  Literal,
} from '../../domain/operation-query.ts';
import { toUtc } from '../../domain/teams-async-operation.ts';
import { QueryOptionError, shown } from '../query-option-error.ts';
import { type Token, type TokenKind, TokenReader } from './tokens.ts';

/** What is known of an expression's type. Dynamic properties are of any; `null` is the literal's own. */
export type OperandType = TypeName | 'Edm.Boolean' | 'Edm.Double' | 'Edm.Guid' | 'Edm.Untyped' | 'null';

export interface Operand {
  readonly expression: Expression;
  readonly type: OperandType;
}

export type LiteralOperand = Operand & { readonly expression: Literal | DateTimeLiteral };

type Parameter = 'text' | 'number' | 'time';

interface Signature {
  readonly parameters: readonly Parameter[];
  /** How many parameters at the end can be left out. */
  readonly optional?: number;
  readonly type: OperandType;
}

type NamedFunction = Exclude<FunctionName, ArithmeticFunction>;

/** The functions there are, what they take and what they make. */
const FUNCTIONS: Readonly<Record<NamedFunction, Signature>> = {
  startswith: { parameters: ['text', 'text'], type: 'Edm.Boolean' },
  endswith: { parameters: ['text', 'text'], type: 'Edm.Boolean' },
  contains: { parameters: ['text', 'text'], type: 'Edm.Boolean' },
  tolower: { parameters: ['text'], type: 'Edm.String' },
  toupper: { parameters: ['text'], type: 'Edm.String' },
  trim: { parameters: ['text'], type: 'Edm.String' },
  length: { parameters: ['text'], type: 'Edm.Int32' },
  indexof: { parameters: ['text', 'text'], type: 'Edm.Int32' },
  concat: { parameters: ['text', 'text'], type: 'Edm.String' },
  substring: { parameters: ['text', 'number', 'number'], optional: 1, type: 'Edm.String' },
  year: { parameters: ['time'], type: 'Edm.Int32' },
  month: { parameters: ['time'], type: 'Edm.Int32' },
  day: { parameters: ['time'], type: 'Edm.Int32' },
  hour: { parameters: ['time'], type: 'Edm.Int32' },
  minute: { parameters: ['time'], type: 'Edm.Int32' },
  second: { parameters: ['time'], type: 'Edm.Int32' },
  fractionalseconds: { parameters: ['time'], type: 'Edm.Double' },
  date: { parameters: ['time'], type: 'Edm.DateTimeOffset' },
};

const ARITHMETIC = ['add', 'sub', 'mul', 'div', 'divby', 'mod'] as const;

export const FILTER_FUNCTIONS: readonly string[] = [...Object.keys(FUNCTIONS), 'cast'];

/** @throws QueryOptionError the path leads into a declared property that has no such member */
export function propertyOperand(path: readonly string[]): Operand {
  const declared = declaredProperty(path);
  if (!declared) rejectMember(path);
  return { expression: { kind: 'property', path }, type: declared ? typeNameOf(declared) : 'Edm.Untyped' };
}

/** Dynamic properties can have members of any name; a declared one has those of its type, which is closed. */
function rejectMember([first = '', second = '', ...deeper]: readonly string[]): void {
  if (!declaredProperty([first])) return;
  const isMember = declaredProperty([first, second]) !== undefined;
  throw first === 'error' && !isMember ? unknownProperty(second) : notComplex([first, second, ...deeper]);
}

function unknownProperty(name: string): QueryOptionError {
  return new QueryOptionError(
    `Could not find a property named '${shown(name)}' on type 'microsoft.graph.operationError'.`,
  );
}

function notComplex(path: readonly string[]): QueryOptionError {
  return new QueryOptionError(`The path '${shown(path.join('/'))}' leads into a property that is not complex.`);
}

/** @throws QueryOptionError the token is no literal, or stands for no value */
export function literalOperand(token: Token): LiteralOperand | null {
  switch (token.kind) {
    case 'string':
      return literal(token.text.slice(1, -1).replaceAll("''", "'"), 'Edm.String');
    case 'number':
      return numberOperand(token);
    case 'dateTime':
      return dateTimeOperand(token);
    case 'guid':
      return literal(token.text, 'Edm.Guid');
    case 'name':
      return wordOperand(token.text.toLowerCase());
    default:
      return null;
  }
}

function literal(value: Literal['value'], type: OperandType): LiteralOperand {
  return { expression: { kind: 'literal', value }, type };
}

function wordOperand(word: string): LiteralOperand | null {
  if (word === 'null') return literal(null, 'null');
  if (word === 'true' || word === 'false') return literal(word === 'true', 'Edm.Boolean');
  return null;
}

/** nanInfinity of the ABNF. No property has such a value, for JSON has none. */
const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['INF', Number.POSITIVE_INFINITY],
  ['-INF', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
]);

function numberOperand({ text, position }: Token): LiteralOperand {
  const special = SPECIAL_NUMBERS.get(text);
  if (special !== undefined) return literal(special, 'Edm.Double');
  const value = Number(text);
  if (!Number.isFinite(value)) throw unreadable(text, position);
  return literal(value, Number.isInteger(value) ? 'Edm.Int32' : 'Edm.Double');
}

/** An Edm.Date counts as its midnight in UTC. */
function dateTimeOperand({ text, position }: Token): LiteralOperand {
  const value = toUtc(text.length === 'yyyy-MM-dd'.length ? `${text}T00:00:00Z` : text);
  if (value === null) throw unreadable(text, position);
  return { expression: { kind: 'dateTime', value }, type: 'Edm.DateTimeOffset' };
}

function unreadable(text: string, position: number): QueryOptionError {
  return new QueryOptionError(`Unrecognized literal '${shown(text)}' at position ${position}.`);
}

export function isEnumName(text: string): boolean {
  return /^(?:microsoft\.)?graph\.teamsAsyncOperation(?:Status|Type)$/.test(text);
}

/** What the literals of a primitive type look like without quotes. */
const LITERALS: ReadonlyMap<string, TokenKind> = new Map([
  ...['Byte', 'SByte', 'Int16', 'Int32', 'Int64', 'Single', 'Double', 'Decimal'].map(
    (name) => [`Edm.${name}`, 'number'] as const,
  ),
  ['Edm.Boolean', 'name'],
  ['Edm.Date', 'dateTime'],
  ['Edm.DateTimeOffset', 'dateTime'],
  ['Edm.Guid', 'guid'],
]);

/**
 * A text as a literal of another type: OData 4.01, part 1, 13.2.1, wants it of every service.
 *
 * @throws QueryOptionError there is no such type here, or the text is none of its literals
 */
export function castOperand(text: string, type: string): LiteralOperand {
  if (type === 'Edm.String' || isEnumName(type)) return literal(text, 'Edm.String');
  const kind = LITERALS.get(type);
  if (kind === undefined) throw new QueryOptionError(`A string cannot be cast to '${shown(type)}' here.`);
  const tokens = new TokenReader(text);
  const token = tokens.take();
  const operand = token.kind === kind && token.text === text ? literalOperand(token) : null;
  if (!operand || operand.type === 'null')
    throw new QueryOptionError(`The string '${shown(text)}' is no literal of the type '${type}'.`);
  return operand;
}

/** @throws QueryOptionError there is no such function, or it does not take these arguments */
export function callOperand(given: string, operands: readonly Operand[]): Operand {
  const name = given.toLowerCase();
  if (!isFunction(name)) throw new QueryOptionError(`An unknown function with name '${shown(given)}' was found.`);
  const { parameters, optional = 0, type } = FUNCTIONS[name];
  const isFew = operands.length < parameters.length - optional;
  if (isFew || !operands.every((operand, index) => isOf(operand, parameters[index])))
    throw new QueryOptionError(
      `No function signature for the function with name '${name}' matches the specified arguments.`,
    );
  return { expression: { kind: 'call', name, arguments: operands.map(({ expression }) => expression) }, type };
}

function isFunction(name: string): name is NamedFunction {
  return Object.hasOwn(FUNCTIONS, name);
}

const TYPES_OF: Readonly<Record<Parameter, readonly OperandType[]>> = {
  text: ['Edm.String', 'Edm.Untyped'],
  number: ['Edm.Int32', 'Edm.Double', 'Edm.Untyped'],
  time: ['Edm.DateTimeOffset'],
};

function isOf({ type }: Operand, parameter: Parameter | undefined): boolean {
  return parameter !== undefined && TYPES_OF[parameter].includes(type);
}

export type ArithmeticOperator = (typeof ARITHMETIC)[number];

export function arithmeticOperator(text: string): ArithmeticOperator | undefined {
  return ARITHMETIC.find((name) => name === text.toLowerCase());
}

/** @throws QueryOptionError an operand is no number */
export function arithmeticOperand(given: ArithmeticOperator | 'negate', operands: readonly Operand[]): Operand {
  const wrong = operands.find((operand) => !isOf(operand, 'number'));
  if (wrong)
    throw new QueryOptionError(
      `An operator with incompatible types was detected. Found operand type '${wrong.type}' for operator '${given}'.`,
    );
  const isWhole = operands.every(({ type }) => type === 'Edm.Int32');
  const name = given === 'div' && !isWhole ? 'divby' : given;
  const type = isWhole && name !== 'divby' ? 'Edm.Int32' : 'Edm.Double';
  return { expression: { kind: 'call', name, arguments: operands.map(({ expression }) => expression) }, type };
}
