import {
  CHANNEL_TYPE,
  CHAT_TYPE,
  CHAT_TYPE_TYPE,
  CLONABLE_PARTS_TYPE,
  TEAM_ACTIONS,
  TEAM_TYPE,
  TEAM_VISIBILITY_TYPE,
} from '../../domain/teams/team-model.ts';
import {
  type ComplexTypeModel,
  type EntityTypeModel,
  type EnumTypeModel,
  NAMESPACE,
  OPERATION_ERROR_TYPE,
  OPERATION_STATUS_TYPE,
  OPERATION_TYPE_TYPE,
  type PropertyModel,
  SUBSCRIPTION_TYPE,
  TEAMS_ASYNC_OPERATION,
} from '../../domain/type-model.ts';
import { type Capabilities, navigationRestrictions, restrictionsOf, serviceCapabilities } from './capabilities.ts';
import { toCsdlJson } from './csdl-json.ts';
import { element, toXml, type XmlElement } from './xml.ts';

/** As Graph's own metadata abbreviates its namespace. */
const ALIAS = 'graph';
/** Every entity type of Graph inherits its key from this one. */
const BASE_TYPE = 'entity';

export type EntitySet = 'chats' | 'teams' | 'subscriptions';

/** What the routes that are served come to. */
export interface ServiceModel {
  readonly entitySets: readonly EntitySet[];
  /** What an action is bound to is the name of a type. */
  readonly actions: readonly { readonly name: string; readonly boundTo: string }[];
  /** Whether teams and chats can be read, or only their operations. */
  readonly hasTeams: boolean;
  /** Whether the operations of chats are served, not only those of teams. */
  readonly hasChatOperations: boolean;
  /** Of the entity sets, and of what a chat or a team contains. */
  readonly capabilities: Readonly<Record<EntitySet | 'operations' | 'channels', Capabilities>>;
  /** Those that $filter knows. */
  readonly filterFunctions: readonly string[];
}

/** The metadata of what is served here, as CSDL XML of OData 4.0: a part of Graph's own. */
export function toCsdl(model: ServiceModel): string {
  return toXml(
    element('edmx:Edmx', { Version: '4.0', 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' }, [
      ...VOCABULARIES.map(toReference),
      element('edmx:DataServices', {}, [toSchema(model)]),
    ]),
  );
}

/** The same as CSDL JSON of OData 4.01. */
export function toJsonCsdl(model: ServiceModel): object {
  const references = VOCABULARIES.map(({ uri, namespace }) => [uri, { $Include: [{ $Namespace: namespace }] }]);
  return { ...toCsdlJson(toSchema(model)), $Reference: Object.fromEntries(references) };
}

/** Whose terms the annotations are. */
const VOCABULARIES = ['Core', 'Capabilities'].map((name) => ({
  uri: `https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.${name}.V1.xml`,
  namespace: `Org.OData.${name}.V1`,
}));

function toReference({ uri, namespace }: { uri: string; namespace: string }): XmlElement {
  return element('edmx:Reference', { Uri: uri }, [element('edmx:Include', { Namespace: namespace })]);
}

function toSchema(model: ServiceModel): XmlElement {
  const { entitySets, actions, hasTeams, hasChatOperations } = model;
  const subscriptions = entitySets.includes('subscriptions');
  return element('Schema', { Namespace: NAMESPACE, Alias: ALIAS, xmlns: 'http://docs.oasis-open.org/odata/ns/edm' }, [
    toEnumType(OPERATION_STATUS_TYPE),
    toEnumType(OPERATION_TYPE_TYPE),
    ...(hasTeams ? TEAM_ENUMS.map(toEnumType) : []),
    toBaseType(),
    ...(entitySets.includes('chats')
      ? [toParentType(CHAT_TYPE, { hasProperties: hasTeams, navigation: hasChatOperations ? ['operations'] : [] })]
      : []),
    toParentType(TEAM_TYPE, {
      hasProperties: hasTeams,
      navigation: ['operations', ...(hasTeams ? ['channels'] : [])],
    }),
    ...(hasTeams ? [toEntityType(CHANNEL_TYPE)] : []),
    toEntityType(TEAMS_ASYNC_OPERATION),
    ...(subscriptions ? [toEntityType(SUBSCRIPTION_TYPE)] : []),
    ...actions.map(toAction),
    toComplexType(OPERATION_ERROR_TYPE),
    toContainer(model),
  ]);
}

const TEAM_ENUMS: readonly EnumTypeModel[] = [CHAT_TYPE_TYPE, TEAM_VISIBILITY_TYPE, CLONABLE_PARTS_TYPE];

function toEnumType({ name, members, isFlags }: EnumTypeModel): XmlElement {
  const written = members.map((member, place) =>
    element('Member', { Name: member, Value: isFlags ? 2 ** place : place }),
  );
  return element('EnumType', { Name: name, IsFlags: isFlags }, written);
}

function toBaseType(): XmlElement {
  const key = TEAMS_ASYNC_OPERATION.properties.filter(isKey).map(toProperty);
  return element('EntityType', { Name: BASE_TYPE, Abstract: true }, [
    element('Key', {}, [element('PropertyRef', { Name: 'id' })]),
    ...key,
  ]);
}

const NAVIGATION: Readonly<Record<string, string>> = {
  operations: TEAMS_ASYNC_OPERATION.name,
  channels: CHANNEL_TYPE.name,
};

/** Of chats and teams only the way to their operations is served where nothing creates them. */
function toParentType(
  { name, open, properties }: EntityTypeModel,
  { hasProperties, navigation }: { readonly hasProperties: boolean; readonly navigation: readonly string[] },
): XmlElement {
  return element('EntityType', { Name: name, BaseType: `${ALIAS}.${BASE_TYPE}`, OpenType: open || undefined }, [
    ...(hasProperties ? properties.filter((property) => !isKey(property)).map(toProperty) : []),
    ...navigation.map((to) =>
      element('NavigationProperty', {
        Name: to,
        Type: `Collection(${ALIAS}.${NAVIGATION[to]})`,
        ContainsTarget: true,
      }),
    ),
  ]);
}

function toEntityType({ name, open, properties, description }: EntityTypeModel): XmlElement {
  const inherits = { BaseType: `${ALIAS}.${BASE_TYPE}`, OpenType: open || undefined };
  return element('EntityType', { Name: name, ...inherits }, [
    ...properties.filter((property) => !isKey(property)).map(toProperty),
    describe(description),
  ]);
}

function toComplexType({ name, properties }: ComplexTypeModel): XmlElement {
  return element('ComplexType', { Name: name }, properties.map(toProperty));
}

function toProperty({ name, type, nullable, description }: PropertyModel): XmlElement {
  const typeName = typeof type === 'string' ? type : `${ALIAS}.${type.name}`;
  // Nullable is the default of CSDL.
  const attributes = { Name: name, Type: typeName, Nullable: nullable ? undefined : false };
  return element('Property', attributes, [describe(description)]);
}

function describe(text: string): XmlElement {
  return element('Annotation', { Term: 'Org.OData.Core.V1.Description', String: text });
}

const ENTITY_TYPES: Readonly<Record<EntitySet, string>> = {
  chats: `${NAMESPACE}.${CHAT_TYPE.name}`,
  teams: `${NAMESPACE}.${TEAM_TYPE.name}`,
  subscriptions: `${NAMESPACE}.${SUBSCRIPTION_TYPE.name}`,
};

function toContainer(model: ServiceModel): XmlElement {
  const { entitySets, hasTeams, hasChatOperations, capabilities, filterFunctions } = model;
  const contained: Readonly<Record<EntitySet, readonly ('operations' | 'channels')[]>> = {
    chats: hasChatOperations ? ['operations'] : [],
    teams: hasTeams ? ['operations', 'channels'] : ['operations'],
    subscriptions: [],
  };
  const sets = entitySets.map((set) => {
    const restricted = contained[set].map((name) => [name, capabilities[name]] as const);
    const further = restricted.length > 0 ? [navigationRestrictions(restricted)] : [];
    return element(
      'EntitySet',
      { Name: set, EntityType: ENTITY_TYPES[set] },
      restrictionsOf(capabilities[set], further),
    );
  });
  return element('EntityContainer', { Name: 'GraphService' }, [
    ...sets,
    // 4.01 includes 4.0.
    element('Annotation', { Term: 'Org.OData.Core.V1.ODataVersions', String: '4.01' }),
    ...serviceCapabilities(filterFunctions),
  ]);
}

/** The first parameter of a bound action is what it is done to. */
function toAction({ name, boundTo }: ServiceModel['actions'][number]): XmlElement {
  const { parameters = [] } = TEAM_ACTIONS.find((action) => action.name === name) ?? {};
  return element('Action', { Name: name, IsBound: true }, [
    // With the whole namespace: generators of clients (odata2ts) look for it.
    element('Parameter', { Name: 'bindingParameter', Type: `${NAMESPACE}.${boundTo}` }),
    ...parameters.map(toParameter),
  ]);
}

function toParameter({ name, type, nullable }: PropertyModel): XmlElement {
  const typeName = typeof type === 'string' ? type : `${ALIAS}.${type.name}`;
  return element('Parameter', { Name: name, Type: typeName, Nullable: nullable ? undefined : false });
}

function isKey({ name }: PropertyModel): boolean {
  return name === 'id';
}
