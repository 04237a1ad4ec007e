/** How large a package may be. Far above any function app; what is larger is a mistake, or meant to fill a disk. */
export interface PackageLimits {
  readonly zipBytes: number;
  /** Files and folders. */
  readonly entries: number;
  /** All files together, unpacked. */
  readonly unpackedBytes: number;
}

const GIBIBYTE = 1_024 ** 3;

export const PACKAGE_LIMITS: PackageLimits = {
  zipBytes: GIBIBYTE, // as of Azure. Source: "Run your functions from a package file in Azure", considerations
  entries: 65_535, // as many as a zip can count without its extension for large ones
  unpackedBytes: 4 * GIBIBYTE,
};
