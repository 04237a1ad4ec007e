/** An error of the host rather than of user code: `@azure/functions` tells the two apart by this property. */
export function asSystemError<T extends Error>(error: T): T & { readonly isAzureFunctionsSystemError: true } {
  return Object.assign(error, { isAzureFunctionsSystemError: true as const });
}
