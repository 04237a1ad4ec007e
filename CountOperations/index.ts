import { theApp } from '../shared/composition/the-app.ts';
import { countOperationsHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

// Method, path, permissions and query options: shared/graph-http/routes.ts.
registerRoute('CountOperations', countOperationsHandler(dependencies));
