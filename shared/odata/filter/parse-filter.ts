import type { ComparisonOperator, Condition } from '../../domain/operation-query.ts';
import type { EnumView } from '../../domain/teams-async-operation.ts';
import { QueryOptionError } from '../query-option-error.ts';
import { among, compare, isComparisonOperator } from './comparison.ts';
import {
  type ArithmeticOperator,
  arithmeticOperand,
  arithmeticOperator,
  callOperand,
  castOperand,
  isEnumName,
  type LiteralOperand,
  literalOperand,
  type Operand,
  propertyOperand,
} from './operands.ts';
import { type Token, TokenReader } from './tokens.ts';

/** In UTF-16 units, decoded. */
const MAX_LENGTH = 8_192;
/** ASP.NET Core OData's own limit on the nodes of a filter. */
const MAX_NODES = 100;
const MAX_DEPTH = 32;

/**
 * Parses `$filter`: OData 4.01's comparison, logical and arithmetic operators, `in`, functions on text and times, paths,
 * dynamic properties.
 *
 * @throws QueryOptionError for everything else, and for what is too long or too deep
 * @example parseFilter("status eq 'failed' and startswith(error/code, 'Team')", 'asStored')
 */
export function parseFilter(text: string, view: EnumView): Condition {
  if (text.length > MAX_LENGTH) throw new QueryOptionError(`The $filter exceeds ${MAX_LENGTH} characters.`);
  return new FilterParser(text, view).parse();
}

/** A part of a filter: already true or false, or a value that something is still done with. */
type Part =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'operand'; readonly operand: Operand };

/** Recursive descent; from low to high: or, and, comparison and in, sums, products, not and minus, what stands alone. */
class FilterParser {
  readonly #tokens: TokenReader;
  readonly #view: EnumView;
  #depth = 0;
  #nodes = 0;

  constructor(text: string, view: EnumView) {
    this.#tokens = new TokenReader(text);
    this.#view = view;
  }

  parse(): Condition {
    const part = this.#or();
    if (this.#tokens.peek().kind !== 'end') throw this.#tokens.unexpected();
    return toCondition(part);
  }

  #or(): Part {
    return this.#nested(() => this.#joined('or', () => this.#joined('and', () => this.#comparison())));
  }

  #joined(kind: 'and' | 'or', operand: () => Part): Part {
    const first = operand();
    if (!this.#atKeyword(kind)) return first;
    const conditions = [toCondition(first)];
    while (this.#tokens.accept('name', kind)) {
      this.#count();
      conditions.push(toCondition(operand()));
    }
    return { kind: 'condition', condition: { kind, conditions } };
  }

  #comparison(): Part {
    const left = this.#sum();
    const { kind, text } = this.#tokens.peek();
    const operator = text.toLowerCase();
    if (kind !== 'name') return left;
    if (operator === 'in') return this.#in(left);
    if (!isComparisonOperator(operator)) return left;
    this.#tokens.take();
    this.#count();
    return { kind: 'condition', condition: compareOperands(operator, [left, this.#sum()], this.#view) };
  }

  #in(left: Part): Part {
    this.#tokens.take();
    this.#count();
    if (left.kind === 'condition') throw this.#tokens.unexpected();
    this.#tokens.expect('(');
    const listed = this.#list(() => this.#literal());
    return { kind: 'condition', condition: among(left.operand, listed, this.#view) };
  }

  #literal(): LiteralOperand {
    const operand = literalOperand(this.#tokens.peek());
    if (!operand) throw this.#tokens.unexpected();
    this.#count();
    this.#tokens.take();
    return operand;
  }

  #sum(): Part {
    return this.#arithmetic(['add', 'sub'], () =>
      this.#arithmetic(['mul', 'div', 'divby', 'mod'], () => this.#unary()),
    );
  }

  #arithmetic(operators: readonly ArithmeticOperator[], operand: () => Part): Part {
    let left = operand();
    for (;;) {
      const { kind, text } = this.#tokens.peek();
      const operator = kind === 'name' ? arithmeticOperator(text) : undefined;
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#tokens.take();
      this.#count();
      left = {
        kind: 'operand',
        operand: arithmeticOperand(
          operator,
          [left, operand()].map((it) => this.#toOperand(it)),
        ),
      };
    }
  }

  #toOperand(part: Part): Operand {
    if (part.kind === 'condition') throw this.#tokens.unexpected();
    return part.operand;
  }

  #unary(): Part {
    if (this.#tokens.accept('symbol', '-'))
      return this.#nested(() => {
        this.#count();
        return { kind: 'operand', operand: arithmeticOperand('negate', [this.#toOperand(this.#unary())]) };
      });
    if (!this.#atKeyword('not')) return this.#primary();
    return this.#nested(() => {
      this.#tokens.take();
      this.#count();
      return { kind: 'condition', condition: { kind: 'not', condition: toCondition(this.#unary()) } };
    });
  }

  #primary(): Part {
    if (this.#tokens.accept('symbol', '(')) {
      const inner = this.#or();
      this.#tokens.expect(')');
      return inner;
    }
    this.#count();
    const token = this.#tokens.peek();
    const literal = literalOperand(token);
    if (literal) {
      this.#tokens.take();
      return { kind: 'operand', operand: literal };
    }
    if (token.kind !== 'name') throw this.#tokens.unexpected();
    return { kind: 'operand', operand: this.#named(this.#tokens.take()) };
  }

  /** A call, an enum's literal such as `microsoft.graph.teamsAsyncOperationStatus'failed'`, or a path. */
  #named(name: Token): Operand {
    const next = this.#tokens.peek();
    if (next.adjacent && next.kind === 'string') return this.#enumLiteral(name);
    if (this.#tokens.accept('symbol', '(')) {
      if (name.text.toLowerCase() === 'cast') return this.#cast();
      return callOperand(
        name.text,
        this.#list(() => this.#argument()),
      );
    }
    const path = name.text === '$it' ? [] : [name.text];
    while (this.#tokens.accept('symbol', '/')) {
      const segment = this.#tokens.take();
      if (segment.kind !== 'name') throw this.#tokens.unexpected();
      path.push(segment.text);
      this.#count();
    }
    // `$it` is the operation itself: nothing can be compared with it.
    if (path.length === 0 || path.some((segment) => /[.$]/.test(segment))) throw this.#tokens.unexpected();
    return propertyOperand(path);
  }

  #enumLiteral(name: Token): Operand {
    if (!isEnumName(name.text)) throw this.#tokens.unexpected();
    return this.#literal();
  }

  /** Behind the opening parenthesis: a text, and the type that it is read as, with quotes or without. */
  #cast(): Operand {
    const text = this.#tokens.take();
    this.#tokens.expect(',');
    const type = this.#tokens.take();
    this.#tokens.expect(')');
    if (text.kind !== 'string' || (type.kind !== 'name' && type.kind !== 'string'))
      throw new QueryOptionError('The function cast is supported for a string literal and the name of a type.');
    return castOperand(text.text.slice(1, -1).replaceAll("''", "'"), type.text.replaceAll("'", ''));
  }

  #argument(): Operand {
    return this.#nested(() => {
      return this.#toOperand(this.#sum());
    });
  }

  /** Behind the opening parenthesis. */
  #list<T>(element: () => T): T[] {
    const elements = [element()];
    while (this.#tokens.accept('symbol', ',')) elements.push(element());
    this.#tokens.expect(')');
    return elements;
  }

  #atKeyword(keyword: string): boolean {
    const { kind, text } = this.#tokens.peek();
    return kind === 'name' && text.toLowerCase() === keyword;
  }

  #nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new QueryOptionError('Recursion depth exceeded allowed limit.');
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES)
      throw new QueryOptionError(`The node count limit of '${MAX_NODES}' has been exceeded.`);
  }
}

function toCondition(part: Part): Condition {
  if (part.kind === 'condition') return part.condition;
  const { expression, type } = part.operand;
  if (expression.kind === 'literal' && typeof expression.value === 'boolean')
    return { kind: 'constant', value: expression.value };
  if (expression.kind === 'literal' || (type !== 'Edm.Boolean' && type !== 'Edm.Untyped'))
    throw new QueryOptionError('The $filter expression must evaluate to a single boolean value.');
  return { kind: 'truth', value: expression };
}

/** What is already true or false can only be compared with `true` and `false`. */
function compareOperands(operator: ComparisonOperator, sides: readonly [Part, Part], view: EnumView): Condition {
  const [left, right] = sides;
  if (left.kind === 'operand' && right.kind === 'operand')
    return compare(operator, [left.operand, right.operand], view);
  const [condition, value] = [toCondition(left), toCondition(right)];
  if (value.kind !== 'constant' || (operator !== 'eq' && operator !== 'ne'))
    throw new QueryOptionError('A condition can only be compared with true or false, by eq or ne.');
  return value.value === (operator === 'eq') ? condition : { kind: 'not', condition };
}
