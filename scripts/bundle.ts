// Bundles the function app and the command line; `--app` the function app alone. A stack that runs meanwhile is not
// disturbed (bundle/publish.ts).
import { build } from 'esbuild';
import { app, commandLine, dashboardPage } from './bundle/bundles.ts';
import { publisher } from './bundle/publish.ts';

const bundles = process.argv.includes('--app') ? [app] : [app, commandLine, dashboardPage];
await Promise.all(
  bundles.map((bundle) => {
    const { options } = bundle;
    return build({ ...options, plugins: [...options.plugins, publisher(bundle)] });
  }),
);
