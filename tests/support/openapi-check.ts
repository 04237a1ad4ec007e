import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parseAddress } from '../../shared/graph-http/request/address.ts';
import { type Route, routeOf, routesOf } from '../../shared/graph-http/routes.ts';
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

const document = toOpenApi('https://graph.example/beta', { subscriptions: true, teams: true, now: 0 });
const paths = document.paths as Paths; // as the document's own test makes sure
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat('int32', true).addSchema(document, 'openapi');

/**
 * Holds an answer against what the OpenAPI document says of the route and the status.
 *
 * @throws Error naming the route and everything that does not agree
 */
export function checkAgainstOpenApi(method: string, url: string, answer: CheckedResponse): void {
  if (method === 'OPTIONS' || method === 'HEAD') return; // of CORS, and without a body
  const pointer = findResponse(method, url, answer.status);
  const response = resolve<ResponseObject>(pointer);
  const problems = [
    ...Object.keys(response.headers ?? {}).filter((name) => !answer.headers.has(name)),
    ...checkBody(`${pointer}/content`, response, answer),
  ];
  if (problems.length > 0)
    throw new Error(`${method} ${url} ${answer.status} is not as documented: ${problems.join('; ')}`);
}

/** Where in the document the answer is described; an error of a route that is not in it must be one like all others. */
function findResponse(method: string, url: string, status: number): string {
  const template = findTemplate(url);
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

const DOCUMENTED = routesOf('operations', 'subscriptions', 'documents', 'teams').map(routeOf);

function findTemplate(url: string): string | null {
  const given = new URL(url).pathname.replace(/\/$/, '').replace(/^\/v1\.0(?=\/|$)/, '/beta');
  const found = DOCUMENTED.find(({ path }) => given === `/beta/${path}`.replace(/\/$/, '')) ?? findByKind(url);
  return found ? `/${found.path}` : null;
}

function findByKind(url: string): Route | undefined {
  try {
    const address = parseAddress(url);
    const found = DOCUMENTED.find(({ resource }) => resource === address.kind);
    const ofTeams = 'set' in address && address.set === 'teams' ? found?.ofTeams : undefined;
    return found && { ...found, ...ofTeams };
  } catch {
    return undefined;
  }
}

function checkBody(pointer: string, { content }: ResponseObject, { headers, text }: CheckedResponse): string[] {
  if (!content) return text === '' ? [] : ['there is a body'];
  const given = headers.get('content-type')?.split(';')[0] ?? 'no content type';
  if (!(given in content)) return [`the content type is ${given}`];
  const validate = ajv.getSchema(`openapi#${pointer}/${escapePointer(given)}/schema`); // compiled once
  if (!validate) return ['the document has no schema'];
  const value = given === 'application/xml' ? text : JSON.parse(text);
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

function escapePointer(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function resolve<T>(pointer: string): T {
  const steps = pointer.slice(1).split('/');
  const found = steps.reduce<unknown>((value, step) => {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    return (value as Record<string, unknown>)[key]; // pointers are made from the document's own keys
  }, document);
  return found as T;
}
