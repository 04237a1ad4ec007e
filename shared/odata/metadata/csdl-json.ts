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
  return Object.fromEntries(
    elements.map((child) =>
      child.name === 'Annotation'
        ? [`@${text(child, 'Term')}`, toValue(child)]
        : [text(child, 'Name'), toDefinition(child)],
    ),
  );
}

function toDefinition(child: XmlElement): Json {
  const { name, attributes, children } = child;
  switch (name) {
    case 'Member':
      return Number(attributes.Value);
    case 'Property':
      // Nullable is what a property of CSDL XML is unless it says otherwise, and of CSDL JSON if it says so.
      return { ...toType(child), ...(attributes.Nullable !== false && { $Nullable: true }), ...membersOf(children) };
    case 'Action':
      return [{ $Kind: 'Action', ...flags(child), $Parameter: children.map(toParameter) }];
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
  return { $Name: text(child, 'Name'), ...toType(child) };
}

const FLAGS = ['Abstract', 'OpenType', 'IsBound', 'ContainsTarget', 'BaseType'];

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
