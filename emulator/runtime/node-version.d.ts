/** Why the Node.js that runs this is too old; undefined: it is not. */
export declare const unsupportedNode: string | undefined;
