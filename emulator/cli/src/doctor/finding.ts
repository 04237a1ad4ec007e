/** `error`: it will not work here; `warning`: it will not, or may not, work in Azure; `info`: it differs there. */
export type FindingLevel = 'error' | 'warning' | 'info';

/** Something that the author of an app should know. */
export interface Finding {
  readonly level: FindingLevel;
  /** A file, or a function. */
  readonly subject: string;
  /** What is wrong and how to mend it. */
  readonly message: string;
}
