import { theApp } from '../../../shared/composition/the-app.ts';
import { healthHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

registerRoute('Health', healthHandler(dependencies));
