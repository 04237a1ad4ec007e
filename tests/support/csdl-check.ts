/** CSDL JSON, as `$metadata` is served. */
export type CsdlDocument = Readonly<Record<string, unknown>>;

type Members = Readonly<Record<string, unknown>>;

/**
 * Holds an entity, or a value inside it, against the types of the metadata.
 *
 * @param type its name, with the namespace or its alias
 * @returns what does not agree, by path; an open type takes whatever it does not declare
 */
export function problemsOfEntity(value: unknown, type: string, document: CsdlDocument): readonly string[] {
  const definition = typeOf(type, document);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${type} is no object`];
  const declared = propertiesOf(definition, document);
  return Object.entries(value).flatMap(([name, member]) => {
    if (name.includes('@')) return [];
    const property = declared.get(name);
    if (property) return problemsOfValue(name, member, property, document);
    return definition.$OpenType === true ? [] : [`${type} has no property ${name}`];
  });
}

function problemsOfValue(name: string, value: unknown, property: Members, document: CsdlDocument): readonly string[] {
  if (value === null) return property.$Nullable === true ? [] : [`${name} is null`];
  const type = String(property.$Type ?? 'Edm.String');
  const primitive = PRIMITIVES[type];
  if (primitive) return primitive(value) ? [] : [`${name} is no ${type}`];
  const definition = typeOf(type, document);
  if (definition.$Kind === 'EnumType') return Object.hasOwn(definition, String(value)) ? [] : [`${name} is no ${type}`];
  return problemsOfEntity(value, type, document).map((problem) => `${name}: ${problem}`);
}

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  'Edm.String': (value) => typeof value === 'string',
  'Edm.Boolean': (value) => typeof value === 'boolean',
  'Edm.Int32': (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31,
  'Edm.DateTimeOffset': (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?Z$/.test(String(value)),
};

function typeOf(type: string, document: CsdlDocument): Members {
  const name = type.replace(/^.*\./, '');
  return Object(Object(document['microsoft.graph'])[name]) as Members;
}

function propertiesOf(definition: Members, document: CsdlDocument): ReadonlyMap<string, Members> {
  const inherited = definition.$BaseType ? propertiesOf(typeOf(String(definition.$BaseType), document), document) : [];
  const own = Object.entries(definition).filter(([name]) => !/^[$@]/.test(name));
  return new Map([...inherited, ...own.map(([name, value]) => [name, Object(value) as Members] as const)]);
}
