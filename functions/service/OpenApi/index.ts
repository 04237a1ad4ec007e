import { theApp } from '../../../shared/composition/the-app.ts';
import { openApiHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

registerRoute('OpenApi', openApiHandler(dependencies));
