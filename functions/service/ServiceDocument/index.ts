import { theApp } from '../../../shared/composition/the-app.ts';
import { serviceDocumentHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

registerRoute('ServiceDocument', serviceDocumentHandler(dependencies));
