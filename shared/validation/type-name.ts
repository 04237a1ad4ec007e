/** Graph's public namespace, and the one of Teams' own service that its documentation shows. */
const NAMESPACES = ['microsoft.graph', 'microsoft.teams.graphsvc'];

/**
 * Whether an `@odata.type` names the given type of Graph. Spellings met in its documentation: with and without the
 * leading `#`, namespaces in any case.
 */
export function isNamed(given: unknown, typeName: string): boolean {
  if (typeof given !== 'string') return false;
  const qualified = given.startsWith('#') ? given.slice(1) : given;
  const dot = qualified.lastIndexOf('.');
  return (
    qualified.slice(dot + 1) === typeName && NAMESPACES.includes(qualified.slice(0, Math.max(0, dot)).toLowerCase())
  );
}
