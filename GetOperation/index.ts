import { theApp } from '../shared/composition/the-app.ts';
import { getOperationHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

// Method, path, permissions and query options: shared/graph-http/routes.ts.
registerRoute('GetOperation', getOperationHandler(dependencies));
