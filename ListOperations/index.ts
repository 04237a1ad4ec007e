import { theApp } from '../shared/composition/the-app.ts';
import { listOperationsHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

// Method, path, permissions and query options: shared/graph-http/routes.ts.
registerRoute('ListOperations', listOperationsHandler(dependencies));
