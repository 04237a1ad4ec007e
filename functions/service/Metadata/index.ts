import { theApp } from '../../../shared/composition/the-app.ts';
import { metadataHandler } from './handler.ts';

const { dependencies, registerRoute } = theApp();

registerRoute('Metadata', metadataHandler(dependencies));
