import { CommandError } from '../errors.ts';

/** A file that cannot be run as a package. The message names it, and says why. */
export class PackageError extends CommandError {
  constructor(code: PackageErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'PackageError';
  }
}

export type PackageErrorCode =
  | 'PackageNotFound'
  | 'PackageTooLarge'
  | 'PackageUnreadable'
  | 'PackageUnsafe'
  | 'NoFunctionApp';
