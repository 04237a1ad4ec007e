import { theApp } from '../../../shared/composition/the-app.ts';
import { createBatchHandler } from '../graph-handlers.ts';

const { dependencies, registerRoute } = theApp();

registerRoute('Batch', createBatchHandler(dependencies));
