/** Marks an error of the host: `@azure/functions` distinguishes it by this property from errors of user code. */
export function asSystemError<T extends Error>(error: T): T & { readonly isAzureFunctionsSystemError: true } {
  return Object.assign(error, { isAzureFunctionsSystemError: true as const });
}
