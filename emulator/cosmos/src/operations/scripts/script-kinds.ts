import { CosmosError, missingProperties } from '../../model/errors.ts';
import { type JsonObject, readWord } from '../../model/json.ts';
import { type ChildKind, childRid, readResourceId } from '../../model/resource-id.ts';
import type { StoredResource } from '../../store/store.ts';
import type { NamedProperties, ResourceKind } from '../resources/named-resource.ts';

/** The largest text of a script. Source: "Azure Cosmos DB service quotas". */
const MAX_BODY_CHARACTERS = 256 * 1024;

export const STORED_PROCEDURES = scriptKind('sprocs', 'StoredProcedures', 'storedProcedure', () => ({}));
export const USER_DEFINED_FUNCTIONS = scriptKind('udfs', 'UserDefinedFunctions', 'userDefinedFunction', () => ({}));
export const TRIGGERS = scriptKind('triggers', 'Triggers', 'trigger', readTrigger);

const TRIGGER_TYPES = ['Pre', 'Post'] as const;
const TRIGGER_OPERATIONS = ['All', 'Create', 'Update', 'Delete', 'Replace', 'Upsert'] as const;

export interface Trigger {
  readonly body: string;
  readonly triggerType: (typeof TRIGGER_TYPES)[number];
  readonly triggerOperation: (typeof TRIGGER_OPERATIONS)[number];
}

export function triggerOf({ body }: StoredResource): Trigger {
  const trigger = JSON.parse(body) as Trigger; // written by `readTrigger` alone, in any letter case
  return {
    body: trigger.body,
    triggerType: readWord(trigger.triggerType, 'triggerType', TRIGGER_TYPES),
    triggerOperation: readWord(trigger.triggerOperation, 'triggerOperation', TRIGGER_OPERATIONS),
  };
}

/** The text of a script, as it was given. */
export function sourceOf({ body }: StoredResource): string {
  return (JSON.parse(body) as { readonly body: string }).body; // written by `scriptKind` alone
}

/** Scripts are stored byte for byte. What they do is first looked at when they run: one that does not compile is stored as well. */
function scriptKind(
  kind: string,
  feedName: string,
  ridKind: ChildKind,
  readOthers: (body: JsonObject) => JsonObject,
): ResourceKind {
  return {
    kind,
    feedName,
    ridOf: (parentRid, number) => childRid(parentRid, ridKind, number),
    readProperties(given): NamedProperties {
      const id = readResourceId(given.id);
      const { body } = given;
      if (body === undefined || body === null) throw missingProperties(['body']);
      if (typeof body !== 'string') throw new CosmosError('BadRequest', 'The body of a script is a text');
      if (body.length > MAX_BODY_CHARACTERS)
        throw new CosmosError(
          'BadRequest',
          `The body of a script has ${body.length} characters, at most ${MAX_BODY_CHARACTERS} are allowed`,
        );
      return { id, body, ...readOthers(given) };
    },
  };
}

function readTrigger({ triggerType, triggerOperation }: JsonObject): JsonObject {
  const given = { triggerType, triggerOperation };
  const missing = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) throw missingProperties(missing);
  readWord(triggerType, 'triggerType', TRIGGER_TYPES);
  readWord(triggerOperation, 'triggerOperation', TRIGGER_OPERATIONS);
  return { triggerType: triggerType ?? null, triggerOperation: triggerOperation ?? null };
}
