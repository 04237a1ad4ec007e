// Plays the life of teams with three typed clients of Microsoft Graph, none of them changed: npm run test:clients -- javascript
import { report } from './checks.mjs';
import { playKiota } from './kiota.mjs';
import { playPnp } from './pnp.mjs';
import { playTeamsGraph } from './teams-graph.mjs';

await Promise.all([playKiota, playTeamsGraph, playPnp].map((play) => play()));
report();
