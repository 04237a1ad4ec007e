import fc from 'fast-check';

// The same cases on each run, so that a failure can be repeated; FC_SEED=<number> explores others.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_260_101) });
