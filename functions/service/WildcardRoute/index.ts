import { theApp } from '../../../shared/composition/the-app.ts';
import { createCatchAllHandler } from '../graph-handlers.ts';

const { dependencies, registerRoute, tryIt } = theApp();

// Whatever its name: it is registered after all other routes.
registerRoute('WildcardRoute', createCatchAllHandler(dependencies, tryIt));
