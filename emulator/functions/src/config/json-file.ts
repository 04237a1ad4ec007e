import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { ConfigError } from '../errors.ts';

export type JsonObject = { [name: string]: unknown };

/** A parsed configuration file with the position of each value. */
export interface JsonFile {
  readonly root: JsonObject;
  /** An error that names the file and, when the file has the value, its line and column. */
  errorAt(path: readonly (string | number)[], problem: string): ConfigError;
  /** A value as the file spells it, so that `5.0` stays `5.0`; undefined where there is no value. */
  sourceAt(path: readonly string[]): string | undefined;
}

const CORRECTIONS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is not a JSON value; text needs double quotes',
  PropertyNameExpected: 'A property name in double quotes is expected here',
  ValueExpected: 'A value is expected here',
  ColonExpected: "A ':' is expected between the property name and its value",
  CommaExpected: "A ',' is expected between two entries",
  CloseBraceExpected: "A '}' is missing",
  CloseBracketExpected: "A ']' is missing",
  EndOfFileExpected: 'Nothing may follow the end of the JSON object',
  UnexpectedEndOfString: 'This text has no closing double quote',
  UnexpectedEndOfComment: "This comment has no closing '*/'",
};

/**
 * Parses JSON as the host does (Newtonsoft.Json): comments and trailing commas are allowed.
 *
 * @param name the file's name, for messages
 * @throws ConfigError with line, column and the correction
 */
export function parseJsonFile(name: string, text: string): JsonFile {
  const content = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const tree = parseTree(content, errors, { allowTrailingComma: true, disallowComments: false });
  const [first] = errors;
  if (first) {
    const code = printParseErrorCode(first.error);
    throw new ConfigError(`${name} is not valid JSON${place(content, first.offset)}: ${CORRECTIONS[code] ?? code}`);
  }
  if (tree?.type !== 'object') throw new ConfigError(`${name} must hold a JSON object, '{ ... }'`);
  return {
    root: toObject(tree),
    errorAt(path, problem) {
      const node = findNodeAtLocation(tree, [...path]);
      return new ConfigError(`${name}${node ? place(content, node.offset) : ''}: '${path.join('.')}' ${problem}`);
    },
    sourceAt(path) {
      const node = path.reduce<Node | undefined>(lastProperty, tree);
      return node && content.slice(node.offset, node.offset + node.length);
    },
  };
}

/** Of two properties with one name, the last counts, as in `toObject`. */
function lastProperty(node: Node | undefined, name: string): Node | undefined {
  return node?.children?.findLast(({ children: [key] = [] }) => key?.value === name)?.children?.[1];
}

function place(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Unlike the library's conversion, this one keeps a property named `__proto__` from changing the object's prototype. */
function toValue(node: Node): unknown {
  if (node.type === 'object') return toObject(node);
  if (node.type === 'array') return (node.children ?? []).map(toValue);
  return node.value;
}

function toObject(node: Node): JsonObject {
  const entries = (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key && value ? [[String(key.value), toValue(value)] as const] : [],
  );
  return Object.fromEntries(entries);
}
