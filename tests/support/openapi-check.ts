import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ApiVersion } from '../../shared/graph-http/request/address.ts';
import { parseAddress, versionOf } from '../../shared/graph-http/request/address.ts';
import { documentedParts, placesOf, routesOf } from '../../shared/graph-http/routes.ts';
import { toOpenApi } from '../../shared/openapi/document.ts';

export interface CheckedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface ResponseObject {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, unknown>>;
}
type Responses = Readonly<Record<string, ResponseObject | { readonly $ref: string }>>;
type Paths = Readonly<Record<string, Readonly<Record<string, { readonly responses: Responses }>>>>;

const PARTS = { subscriptions: true, teams: true };
const VERSIONS: readonly ApiVersion[] = ['beta', 'v1.0'];
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat('int32', true);
const documents = Object.fromEntries(
  VERSIONS.map((version) => {
    const document = toOpenApi(`https://graph.example/${version}`, { ...PARTS, version, now: 0 });
    ajv.addSchema(document, version);
    return [version, document];
  }),
);

/**
 * Holds an answer against what the OpenAPI document says of the route and the status.
 *
 * @throws Error naming the route and everything that does not agree
 */
export function checkAgainstOpenApi(method: string, url: string, answer: CheckedResponse): void {
  if (method === 'OPTIONS' || method === 'HEAD') return; // of CORS, and without a body
  const version = versionOf(url) ?? 'beta';
  const pointer = findResponse(method, url, { version, status: answer.status });
  const response = resolve<ResponseObject>(pointer, version);
  const problems = [
    ...Object.keys(response.headers ?? {}).filter((name) => !answer.headers.has(name)),
    ...checkBody(`${version}#${pointer}/content`, response, answer),
  ];
  if (problems.length > 0)
    throw new Error(`${method} ${url} ${answer.status} is not as documented: ${problems.join('; ')}`);
}

/** Where in the document the answer is described; an error of a route that is not in it must be one like all others. */
function findResponse(
  method: string,
  url: string,
  { version, status }: { readonly version: ApiVersion; readonly status: number },
): string {
  const template = findTemplate(url, version);
  const paths = Object(documents[version]).paths as Paths; // as the document's own test makes sure
  const responses = template === null ? undefined : paths[template]?.[method.toLowerCase()]?.responses;
  const range = `${Math.floor(status / 100)}XX`;
  if (!responses && status >= 400) return '/components/responses/error';
  const key = [String(status), range].find((name) => responses && name in responses);
  if (!responses || template === null || key === undefined)
    throw new Error(`${method} ${url} answered ${status}, which the OpenAPI document does not know`);
  const found = responses[key];
  if (found && '$ref' in found) return found.$ref.slice(1);
  return `/paths/${escapePointer(template)}/${method.toLowerCase()}/responses/${key}`;
}

const NAMES = routesOf(...documentedParts(PARTS));
const PLACES = { beta: placesIn('beta'), 'v1.0': placesIn('v1.0') };

function placesIn(version: ApiVersion) {
  return NAMES.flatMap((name) => placesOf(name, version));
}

function findTemplate(url: string, version: ApiVersion): string | null {
  const given = new URL(url).pathname.replace(/\/$/, '');
  const found = PLACES[version].find(({ route }) => given === `/${version}/${route.path}`.replace(/\/$/, ''));
  const place = found ?? findByKind(url, version);
  return place ? `/${place.route.path}` : null;
}

function findByKind(url: string, version: ApiVersion) {
  try {
    const address = parseAddress(url);
    const isOfTeams = 'set' in address && address.set === 'teams';
    return PLACES[version].find((place) => place.route.resource === address.kind && place.isOfTeams === isOfTeams);
  } catch {
    return undefined;
  }
}

function checkBody(pointer: string, { content }: ResponseObject, { headers, text }: CheckedResponse): string[] {
  if (!content) return text === '' ? [] : ['there is a body'];
  const given = headers.get('content-type')?.split(';')[0] ?? 'no content type';
  if (!(given in content)) return [`the content type is ${given}`];
  const validate = ajv.getSchema(`${pointer}/${escapePointer(given)}/schema`); // compiled once
  if (!validate) return ['the document has no schema'];
  // A text that is no JSON may be a number: that of $count.
  const readings = given === 'application/json' ? [JSON.parse(text)] : [text, Number(text)];
  return readings.some((value) => validate(value))
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

function escapePointer(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function resolve<T>(pointer: string, version: ApiVersion): T {
  const steps = pointer.slice(1).split('/');
  const found = steps.reduce<unknown>((value, step) => {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    return (value as Record<string, unknown>)[key]; // pointers are made from the document's own keys
  }, documents[version]);
  return found as T;
}
