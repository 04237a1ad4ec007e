import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpRequest, HttpResponse } from './message.ts';

export interface LandingPage {
  readonly title: string;
  /** Sentences, in plain text. */
  readonly paragraphs: readonly string[];
  /** Addresses by what they lead to. */
  readonly links: Readonly<Record<string, string>>;
}

/** The page is all there is: it loads nothing and runs nothing. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
const STYLE = 'body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}';

/** What a person sees who opens a server in a browser; undefined for any other request, which tools send. */
export function landingPageFor(
  { method, path, headers }: Pick<HttpRequest, 'method' | 'path' | 'headers'>,
  page: () => LandingPage,
): (HttpResponse & { readonly headers: OutgoingHttpHeaders; readonly body: string }) | undefined {
  const isBrowser = headers.accept?.includes('text/html') === true && headers.authorization === undefined;
  if (method !== 'GET' || path !== '/' || !isBrowser) return undefined;
  return { status: 200, headers: HEADERS, body: toHtml(page()) };
}

function toHtml({ title, paragraphs, links }: LandingPage): string {
  const text = paragraphs.map((paragraph) => `<p>${escapeText(paragraph)}</p>`).join('');
  const list = Object.entries(links).map(
    ([name, url]) => `<li><a href="${escapeText(url)}">${escapeText(name)}</a></li>`,
  );
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeText(title)}</title>`;
  return `<!doctype html><html lang="en"><head>${head}<style>${STYLE}</style></head><body><h1>${escapeText(title)}</h1>${text}<ul>${list.join('')}</ul></body></html>\n`;
}

function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
