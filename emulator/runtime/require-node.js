// The first import of a package's entry. Modules are evaluated in the order of imports, but all are linked before that: what
// an old Node.js lacks, `node:sqlite` or a name of a built-in module, must not be imported statically beside it.
import { unsupportedNode } from './node-version.js';

if (unsupportedNode !== undefined) throw new Error(unsupportedNode);
