import { theApp } from '../../../shared/composition/the-app.ts';
import { getPropertyHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

registerRoute('GetProperty', getPropertyHandler(dependencies));
