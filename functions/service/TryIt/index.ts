import { theApp } from '../../../shared/composition/the-app.ts';
import { tryItHandler } from './handler.ts';

const { dependencies, readViewerFile, registerRoute } = theApp();

if (readViewerFile) registerRoute('TryIt', tryItHandler({ ...dependencies, readViewerFile }));
