const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/**
 * The path as ASP.NET Core routing sees it: percent-decoded once, except `%2F`, which stays as it is and therefore
 * never splits a segment (Kestrel's UrlDecoder); what is not valid UTF-8 stays encoded; `.` and `..` are resolved.
 */
export function decodePath(rawPath: string): string {
  const path = rawPath.includes('%') ? rawPath.replace(/(?:%[\da-f]{2})+/gi, decodeRun) : rawPath;
  return path.includes('/.') && DOT_SEGMENT.test(path) ? removeDotSegments(path) : path;
}

function decodeRun(run: string): string {
  return run.split(/(%2f)/i).map(decodePiece).join('');
}

function decodePiece(piece: string): string {
  if (/^%2f$/i.test(piece)) return piece;
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '..' && segment !== '.') kept.push(segment);
    else if (last) kept.push('');
  }
  return `/${kept.join('/')}`;
}
