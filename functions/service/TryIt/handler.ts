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

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Try the operations of chats</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/beta/try/swagger-ui.css">
  </head>
  <body>
    <div id="viewer"></div>
    <script src="/beta/try/swagger-ui-bundle.js"></script>
    <script src="/beta/try/start.js"></script>
  </body>
</html>
`;

/** Without a validator: it would send the document to a server of its own. */
const START = `SwaggerUIBundle({
  dom_id: '#viewer',
  url: '/beta/openapi.json',
  validatorUrl: null,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: -1,
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
  return withGraphEnvelope(async ({ url }) => {
    const file = FILE.exec(new URL(url).pathname)?.groups?.file;
    if (!file) return asset(PAGE, 'text/html;charset=utf-8');
    if (file === 'start.js') return asset(START, 'text/javascript;charset=utf-8');
    const type = Object.hasOwn(VIEWER_FILES, file) ? VIEWER_FILES[file] : undefined;
    if (type === undefined) throw new UnknownSegmentError(file);
    return asset(await dependencies.readViewerFile(file), type);
  }, dependencies);
}

function asset(body: string, type: string): GraphResponse {
  const headers = {
    'content-type': type,
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
  };
  return { status: 200, headers, body };
}
