/**
 * Whether an item can have the id. Where it cannot there is no such item, which the SDK does not say: it throws an error
 * without a status (`validateItemResourceId()` of `@azure/cosmos`, `encodeURI()` for lone surrogates), or lets the URL
 * of `.` and `..` become that of another resource, which the signature then is not for.
 */
export function isItemId(id: string): boolean {
  return !/[/\\#]|^(?:\s*|\.\.?)$/.test(id) && id.isWellFormed();
}
