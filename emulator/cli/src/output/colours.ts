import type { WriteStream } from 'node:tty';

/** The values of FORCE_COLOR for which Node.js shows colours; with any other it shows none. */
const FORCING: ReadonlySet<string> = new Set(['', '1', 'true', '2', '3']);

/** What is asked of a stream; a stream that is no terminal has neither. */
export type ColourStream = Partial<Pick<WriteStream, 'isTTY' | 'hasColors'>>;

/** Whether output to `stream` is coloured: as FORCE_COLOR says, else on a terminal that shows colours, unless NO_COLOR is set. */
export function showsColours(stream: ColourStream, env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR !== undefined) return FORCING.has(env.FORCE_COLOR);
  return stream.isTTY === true && (stream.hasColors?.(env) ?? false);
}
