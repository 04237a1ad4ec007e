/** What the commands need of the process. */
export interface CommandParts {
  readonly process: NodeJS.Process;
}
