import { element, type XmlElement } from './xml.ts';

/** What can be asked of the entities of a set, or of those that one entity contains. */
export interface Capabilities {
  readonly readable: boolean;
  /** Whether one of them can be read, by its key. */
  readonly readableByKey: boolean;
  readonly insertable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly searchable: boolean;
  readonly selectable: boolean;
  readonly countable: boolean;
  readonly skippable: boolean;
  readonly toppable: boolean;
}

const TERMS = 'Org.OData.Capabilities.V1';

/** What `Org.OData.Capabilities.V1` says of an entity set. */
export function restrictionsOf(capabilities: Capabilities, further: readonly XmlElement[] = []): XmlElement[] {
  return [
    ...recordsOf(capabilities).map(([term, properties]) => annotation(term, [record(properties)])),
    annotation('TopSupported', [], { Bool: capabilities.toppable }),
    annotation('SkipSupported', [], { Bool: capabilities.skippable }),
    ...further,
  ];
}

/** The same of what navigation properties lead to, which is said of the set that has them. */
export function navigationRestrictions(
  properties: readonly (readonly [name: string, capabilities: Capabilities])[],
): XmlElement {
  const records = properties.map(([name, capabilities]) => toRestriction(name, capabilities));
  return annotation('NavigationRestrictions', [
    element('Record', {}, [
      element('PropertyValue', { Property: 'RestrictedProperties' }, [element('Collection', {}, records)]),
    ]),
  ]);
}

function toRestriction(property: string, capabilities: Capabilities): XmlElement {
  const members = recordsOf(capabilities).map(([term, properties]) =>
    element('PropertyValue', { Property: term }, [record(properties)]),
  );
  return element('Record', {}, [
    element('PropertyValue', { Property: 'NavigationProperty', NavigationPropertyPath: property }),
    ...members,
    element('PropertyValue', { Property: 'TopSupported', Bool: capabilities.toppable }),
    element('PropertyValue', { Property: 'SkipSupported', Bool: capabilities.skippable }),
  ]);
}

/** Of the whole service. */
export function serviceCapabilities(filterFunctions: readonly string[]): XmlElement[] {
  return [
    annotation('BatchSupported', [], { Bool: true }),
    annotation('KeyAsSegmentSupported', [], { Bool: true }),
    annotation('AsynchronousRequestsSupported', [], { Bool: false }),
    annotation('CrossJoinSupported', [], { Bool: false }),
    annotation('FilterFunctions', [
      element(
        'Collection',
        {},
        filterFunctions.map((name) => element('String', {}, [], name)),
      ),
    ]),
  ];
}

interface Properties {
  readonly [name: string]: boolean | Properties;
}
type Records = readonly (readonly [term: string, properties: Properties])[];

function recordsOf(capabilities: Capabilities): Records {
  return [
    ['ReadRestrictions', readRestrictions(capabilities)],
    ['InsertRestrictions', { Insertable: capabilities.insertable }],
    ['UpdateRestrictions', { Updatable: capabilities.updatable, Upsertable: false }],
    ['DeleteRestrictions', { Deletable: capabilities.deletable }],
    ['FilterRestrictions', { Filterable: capabilities.filterable }],
    ['SortRestrictions', { Sortable: capabilities.sortable }],
    ['SearchRestrictions', { Searchable: capabilities.searchable }],
    ['CountRestrictions', { Countable: capabilities.countable }],
    ['ExpandRestrictions', { Expandable: false }],
    ['SelectSupport', { Supported: capabilities.selectable }],
  ];
}

/** What is said of one entity is said only where it differs from what is said of all. */
function readRestrictions({ readable, readableByKey }: Capabilities): Properties {
  const ofOne = readable === readableByKey ? {} : { ReadByKeyRestrictions: { Readable: readableByKey } };
  return { Readable: readable, ...ofOne };
}

function record(properties: Properties): XmlElement {
  const values = Object.entries(properties).map(([name, value]) =>
    typeof value === 'boolean'
      ? element('PropertyValue', { Property: name, Bool: value })
      : element('PropertyValue', { Property: name }, [record(value)]),
  );
  return element('Record', {}, values);
}

function annotation(
  term: string,
  children: readonly XmlElement[],
  attributes: XmlElement['attributes'] = {},
): XmlElement {
  return element('Annotation', { Term: `${TERMS}.${term}`, ...attributes }, children);
}
