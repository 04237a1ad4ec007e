// Plain JavaScript that versions of Node.js from 16 on can read, and that the command lines can import before anything is built.
const [major, minor] = process.versions.node.split('.').map(Number);

/** Node.js 22.13 is the first in which `node:sqlite` needs no flag. */
const isSupported = major > 22 || (major === 22 && minor >= 13);

/** Why the Node.js that runs this is too old; undefined: it is not. */
export const unsupportedNode = isSupported
  ? undefined
  : `Lazurite needs Node.js 22.13 or later; this is ${process.versions.node}`;
