import { UnknownSegmentError } from '../../../shared/domain/errors.ts';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import type { GraphResponse } from '../../../shared/graph-http/response/response.ts';

export interface TryItDependencies extends EnvelopeDependencies {
  /** The text of one of the viewer's files. */
  readViewerFile(name: string): Promise<string>;
  /** A token with all delegated permissions, from the issuer on this machine; null: the issuer is elsewhere. */
  readonly requestToken: (() => Promise<string>) | null;
}

/** Everything from here and nothing inline: the token that is typed in goes to this service alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Swagger UI's own classes: the policy allows no style on the page. */
const TOKEN_BUTTON = `<div class="swagger-ui"><div class="wrapper">
      <button id="token" class="btn authorize" disabled>Get a token from the local issuer</button>
      <p id="state" role="status">Requests are sent without a token.</p>
    </div></div>
    `;

const PAGE = (button: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Try the operations of chats</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/beta/try/swagger-ui.css">
  </head>
  <body>
    ${button}<div id="viewer"></div>
    <script src="/beta/try/swagger-ui-bundle.js"></script>
    <script src="/beta/try/start.js"></script>
  </body>
</html>
`;

/** Without a validator: it would send the document to a server of its own. */
const START = `const button = document.getElementById('token');
const viewer = SwaggerUIBundle({
  dom_id: '#viewer',
  url: '/beta/openapi.json',
  validatorUrl: null,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: -1,
  onComplete: () => {
    if (button) button.disabled = false;
  },
});
button?.addEventListener('click', async () => {
  const state = document.getElementById('state');
  const response = await fetch('/beta/try/token').catch(() => undefined);
  if (!response?.ok) {
    state.textContent = 'The local issuer gave no token. Does it run?';
    return;
  }
  viewer.preauthorizeApiKey('bearer', await response.text());
  state.textContent = 'Requests carry a token with all permissions. It holds for an hour.';
});
`;

/** Read from the URL, for the route's parameters are not there where the catch-all was asked. */
const FILE = /\/try\/(?<file>[^/]+)\/?$/i;

const VIEWER_FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css;charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript;charset=utf-8',
};

/** `GET /try` and the files of the page: the API's description as a page that can send its requests. */
export function tryItHandler(dependencies: TryItDependencies): FunctionHandler {
  const { requestToken } = dependencies;
  return withGraphEnvelope(async ({ url, headers }) => {
    const file = FILE.exec(new URL(url).pathname)?.groups?.file;
    if (!file) return asset(PAGE(requestToken ? TOKEN_BUTTON : ''), 'text/html;charset=utf-8');
    // Of this page alone: what it sends is readable for pages of other origins, too, and browsers name those.
    if (file === 'token' && requestToken && headers.get('sec-fetch-site') === 'same-origin')
      return token(await requestToken());
    if (file === 'start.js') return asset(START, 'text/javascript;charset=utf-8');
    const type = Object.hasOwn(VIEWER_FILES, file) ? VIEWER_FILES[file] : undefined;
    if (type === undefined) throw new UnknownSegmentError(file);
    return asset(await dependencies.readViewerFile(file), type);
  }, dependencies);
}

/** Leads a browser that opens the root of the host to the page. Graph has nothing there, and says so to other clients. */
export function withTryItAtRoot(handler: FunctionHandler): FunctionHandler {
  return (request, context) => {
    const isBrowser = request.method === 'GET' && request.headers.get('accept')?.includes('text/html') === true;
    if (!isBrowser || new URL(request.url).pathname !== '/') return handler(request, context);
    return Promise.resolve({ status: 302, headers: { location: '/beta/try' } });
  };
}

function token(body: string): GraphResponse {
  return { status: 200, headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' }, body };
}

function asset(body: string, type: string): GraphResponse {
  const headers = {
    'content-type': type,
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
  };
  return { status: 200, headers, body };
}
