// CSDL JSON, made from the elements of CSDL XML: OData CSDL JSON Representation 4.01.
import type { XmlElement } from './xml.ts';

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };
type Members = Record<string, Json>;

/** @param schema the element `Schema` */
export function toCsdlJson(schema: XmlElement): object {
  const namespace = text(schema, 'Namespace');
  const container = schema.children.find(({ name }) => name === 'EntityContainer');
  return {
    $Version: '4.01',
    ...(container && { $EntityContainer: `${namespace}.${text(container, 'Name')}` }),
    [namespace]: { $Alias: text(schema, 'Alias'), ...membersOf(schema.children) },
  };
}

function membersOf(elements: readonly XmlElement[]): Members {
  const members = elements
    .filter(({ name }) => name !== 'Action')
    .map((child) =>
      child.name === 'Annotation'
        ? [`@${text(child, 'Term')}`, toValue(child)]
        : [text(child, 'Name'), toDefinition(child)],
    );
  const actions = Map.groupBy(
    elements.filter(({ name }) => name === 'Action'),
    (action) => text(action, 'Name'),
  );
  return Object.fromEntries([...members, ...[...actions].map(([name, same]) => [name, same.map(toAction)])]);
}

/** Actions of one name that are bound to different types are items of one array. */
function toAction(action: XmlElement): Json {
  return { $Kind: 'Action', ...flags(action), $Parameter: action.children.map(toParameter) };
}

function toDefinition(child: XmlElement): Json {
  const { name, attributes, children } = child;
  switch (name) {
    case 'Member':
      return Number(attributes.Value);
    case 'Property':
      // Nullable is what a property of CSDL XML is unless it says otherwise, and of CSDL JSON if it says so.
      return { ...toType(child), ...(attributes.Nullable !== false && { $Nullable: true }), ...membersOf(children) };
    case 'EntitySet':
      return { $Collection: true, $Type: text(child, 'EntityType'), ...membersOf(children) };
    case 'NavigationProperty':
      return { $Kind: name, ...toType(child), ...flags(child), ...membersOf(children) };
    default:
      return { $Kind: name, ...flags(child), ...toKey(children), ...membersOf(children.filter(isNoKey)) };
  }
}

/** `Edm.String` is what a property is that names no type. */
function toType(child: XmlElement): Members {
  const type = text(child, 'Type');
  const item = /^Collection\((?<item>.*)\)$/.exec(type)?.groups?.item;
  if (item !== undefined) return { $Collection: true, $Type: item };
  return type === 'Edm.String' ? {} : { $Type: type };
}

function toParameter(child: XmlElement): Json {
  // Nullable is what a parameter of CSDL XML is unless it says otherwise.
  const isNullable = child.attributes.Nullable !== false && text(child, 'Name') !== BINDING_PARAMETER;
  return { $Name: text(child, 'Name'), ...toType(child), ...(isNullable && { $Nullable: true }) };
}

/** Of every bound action the first one, which is never null. */
const BINDING_PARAMETER = 'bindingParameter';

const FLAGS = ['Abstract', 'IsFlags', 'OpenType', 'IsBound', 'ContainsTarget', 'BaseType'];

function flags({ attributes }: XmlElement): Members {
  const given = FLAGS.flatMap((name) => {
    const value = attributes[name];
    return value === undefined ? [] : [[`$${name}`, value] as const];
  });
  return Object.fromEntries(given);
}

function toKey(children: readonly XmlElement[]): Members {
  const key = children.find((child) => !isNoKey(child));
  return key ? { $Key: key.children.map((reference) => text(reference, 'Name')) } : {};
}

function isNoKey({ name }: XmlElement): boolean {
  return name !== 'Key';
}

/** The value of an annotation, of a member of a record, or of an item of a collection. */
function toValue({ name, attributes, children, content }: XmlElement): Json {
  const [first] = children;
  const given = attributes.String ?? attributes.Bool ?? attributes.NavigationPropertyPath ?? content;
  if (given !== undefined) return given;
  if (name === 'Record')
    return Object.fromEntries(children.map((member) => [text(member, 'Property'), toValue(member)]));
  if (name === 'Collection') return children.map(toValue);
  return first ? toValue(first) : true;
}

function text({ attributes }: XmlElement, name: string): string {
  return String(attributes[name] ?? '');
}
