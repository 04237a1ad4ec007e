/**
 * Stands between two documents, or in place of a row: the query has more to do, and the one who takes its rows may let others
 * work before asking on. Without it a sort over a large container would hold up every other request.
 */
export const PAUSE = Symbol('pause');

export type Pause = typeof PAUSE;
