import { theApp } from '../shared/composition/the-app.ts';
import { createOperationHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

// Method, path, permissions and query options: shared/graph-http/routes.ts.
registerRoute('CreateOperation', createOperationHandler(dependencies));
