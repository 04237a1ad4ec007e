import { ENDPOINT_RULES, type EndpointRule } from '@lazurite/http';

const BEGIN = '<!-- The table is generated from emulator/http/src/endpoint-rules.ts: `npm run docs:generate` -->';
const END = '<!-- End of the generated table -->';

/** The text of docs/security.md with the table of endpoints as the rules of the edge are now. */
export function withEdgeTable(page: string): string {
  const [before, rest = ''] = page.replaceAll('\r\n', '\n').split(BEGIN);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) {
    throw new Error(`docs/security.md must have the lines '${BEGIN}' and '${END}'`);
  }
  return `${before}${BEGIN}\n\n${edgeTable()}\n\n${END}${after}`;
}

function edgeTable(): string {
  const head = [
    '| server | requests | pages of the server itself | other pages | every client |',
    '| --- | --- | --- | --- | --- |',
  ];
  const row = ({ server, requests, ownPages, foreignPages, credential }: EndpointRule) =>
    `| ${[server, requests, ownPages, foreignPages, credential].join(' | ')} |`;
  return [...head, ...Object.values(ENDPOINT_RULES).map(row)].join('\n');
}
