/** Where a command writes. */
export interface Terminal {
  /** What the command is for; a script may read it. */
  out(text: string): void;
  /** What a person should know. */
  error(text: string): void;
  /** Whether `error` ends at a screen that shows colours. */
  readonly isColourful: boolean;
}
