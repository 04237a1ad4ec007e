import type { RegexCompiler } from './route-constraints.ts';

/**
 * Loads the RE2 engine: a regex constraint runs on whatever a caller puts in a path, so it must take linear time.
 * .NET's own engine backtracks; lookarounds and back references, which need that, are refused when the route is compiled.
 */
export async function loadRegexCompiler(): Promise<RegexCompiler> {
  const { RE2JS } = await import('re2js');
  return (pattern) => {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    return (value) => compiled.matcher(value).find();
  };
}
