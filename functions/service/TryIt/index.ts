import { theApp } from '../../../shared/composition/the-app.ts';
import { tryItHandler } from './handler.ts';

const { dependencies, registerRoute, tryIt } = theApp();

if (tryIt) registerRoute('TryIt', tryItHandler({ ...dependencies, ...tryIt }));
