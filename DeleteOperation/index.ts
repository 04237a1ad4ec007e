import { theApp } from '../shared/composition/the-app.ts';
import { deleteOperationHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

// Method, path, permissions and query options: shared/graph-http/routes.ts.
registerRoute('DeleteOperation', deleteOperationHandler(dependencies));
