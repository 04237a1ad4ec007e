import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpRequest, HttpResponse } from '@lazurite/http';

/** The files of the page, by their paths. Nothing else of the folder is served. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/main.js': { file: 'main.js', type: 'text/javascript; charset=utf-8' },
  '/style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};

/** Nothing from elsewhere, no inline script or style, no frame, no form that leads away. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Serves the files of a folder, each read once. Resolves to undefined for other paths. */
export function serveAssets(folder: string): (request: HttpRequest) => Promise<HttpResponse | undefined> {
  const read = new Map<string, Promise<{ body: Buffer; etag: string }>>();
  return async ({ method, path, headers }) => {
    const asset = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (!asset || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const reading = read.get(path) ?? readAsset(join(folder, asset.file));
    read.set(path, reading);
    const { body, etag } = await reading;
    const common = { ...SECURITY_HEADERS, etag, 'cache-control': 'no-cache' };
    if (headers['if-none-match'] === etag) return { status: 304, headers: common };
    return { status: 200, headers: { ...common, 'content-type': asset.type }, ...(method === 'GET' && { body }) };
  };
}

async function readAsset(file: string): Promise<{ body: Buffer; etag: string }> {
  const body = await readFile(file);
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"` };
}
