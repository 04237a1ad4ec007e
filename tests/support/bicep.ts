import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** A Bicep file as its syntax tree tells, without any knowledge of Azure's types. */
export interface BicepFile {
  /** Where the grammar found no sense, as `line: text`. */
  readonly errors: readonly string[];
  readonly params: readonly { readonly name: string; readonly required: boolean }[];
  readonly variables: readonly { readonly name: string; readonly value: Node | null }[];
  readonly outputs: readonly string[];
  readonly modules: readonly { readonly name: string; readonly path: string; readonly params: readonly string[] }[];
  readonly resources: readonly { readonly name: string; readonly type: string; readonly body: Node }[];
  /** Every name used as a value, and every function called. */
  readonly uses: readonly string[];
  readonly calls: readonly string[];
  /** Names of loops and lambdas; what scope they have is not looked at. */
  readonly locals: readonly string[];
  /** `object.property`, wherever the object is a plain name. */
  readonly members: readonly { readonly object: string; readonly property: string }[];
  /** `module.outputs.name`, also of one of several modules. */
  readonly usedOutputs: readonly { readonly module: string; readonly output: string }[];
  readonly strings: readonly string[];
}

const resolve = createRequire(__filename).resolve;

export async function createBicepReader(): Promise<(path: string) => BicepFile> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'))));
  return (path) => {
    const source = withoutNewerSyntax(readFileSync(path, 'utf8'));
    const tree = parser.parse(source);
    if (!tree) throw new Error(`No tree of ${path}`);
    return describe(tree.rootNode, source);
  };
}

/** The grammar is of 2024: `using` and `extension` are lines of their own, and values in parameter files have no type. */
function withoutNewerSyntax(source: string): string {
  return source.replace(/^(?:using|extension) .*$/gm, '').replace(/^param (\w+) =/gm, 'var $1 =');
}

function describe(root: Node, source: string): BicepFile {
  const identifiers = all(root, 'identifier').map((node) => ({ name: node.text, role: roleOf(node) }));
  const named = (role: Role) => identifiers.filter((found) => found.role === role).map(({ name }) => name);
  return {
    errors: [...descend(root)]
      .filter((node) => node.isError || node.isMissing)
      .map((node) => `${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`),
    params: all(root, 'parameter_declaration').map((node) => ({
      name: nameOf(node),
      required: !node.children.some((child) => child.type === '='),
    })),
    variables: all(root, 'variable_declaration').map((node) => ({ name: nameOf(node), value: node.lastNamedChild })),
    outputs: all(root, 'output_declaration').map(nameOf),
    modules: all(root, 'module_declaration').map((node) => ({
      name: nameOf(node),
      path: firstString(node),
      params: keysOf(propertyOf(bodyOf(node), 'params')),
    })),
    resources: all(root, 'resource_declaration').map((node) => ({
      name: nameOf(node),
      type: firstString(node),
      body: bodyOf(node),
    })),
    uses: named('use'),
    calls: named('call'),
    locals: [...named('local'), ...all(root, 'loop_variable', 'loop_enumerator').map((node) => node.text)],
    members: all(root, 'member_expression').flatMap(({ firstNamedChild: object, lastNamedChild: property }) =>
      object?.type === 'identifier' && property ? [{ object: object.text, property: property.text }] : [],
    ),
    usedOutputs: [...source.matchAll(/(\w+)(?:\[\w+\])?!?\.outputs\.(\w+)/g)].map(([, module = '', output = '']) => ({
      module,
      output,
    })),
    strings: all(root, 'string_content').map((node) => node.text),
  };
}

type Role = 'declaration' | 'key' | 'call' | 'local' | 'use';

function roleOf(node: Node): Role {
  const { parent } = node;
  const isFirst = parent?.firstNamedChild?.equals(node) ?? false;
  if (parent?.type === 'call_expression' && isFirst) return 'call';
  if (parent?.type === 'object_property' && isFirst) return 'key';
  if (parent?.type === 'lambda_expression' && isFirst) return 'local';
  if (parent?.type === 'for_statement' && isFirst) return 'local';
  return parent?.type.endsWith('_declaration') && isFirst ? 'declaration' : 'use';
}

/** The value of a property of an object, null where it has none of that name. */
export function propertyOf(object: Node | null, key: string): Node | null {
  const property = object?.namedChildren.find((child) => child.firstNamedChild?.text === key);
  return property?.lastNamedChild ?? null;
}

export function keysOf(object: Node | null): string[] {
  const properties = object?.namedChildren.filter(({ type }) => type === 'object_property') ?? [];
  return properties.map((property) => property.firstNamedChild?.text ?? '');
}

/** What is declared, for each turn of a loop and whatever the condition. */
function bodyOf(declaration: Node): Node {
  const [body] = all(declaration, 'object').filter((node) => !insideObject(node, declaration));
  if (!body) throw new Error(`${nameOf(declaration)} has no body`);
  return body;
}

function insideObject(node: Node, end: Node): boolean {
  for (let up = node.parent; up && !up.equals(end); up = up.parent) if (up.type === 'object') return true;
  return false;
}

function nameOf(declaration: Node): string {
  return declaration.namedChildren.find((child) => child.type === 'identifier')?.text ?? '';
}

function firstString(node: Node): string {
  return all(node, 'string_content')[0]?.text ?? '';
}

function all(root: Node, ...types: string[]): Node[] {
  return [...descend(root)].filter((node) => types.includes(node.type));
}

function* descend(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* descend(child);
}
