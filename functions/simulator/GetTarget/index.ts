import { theApp } from '../../../shared/composition/the-app.ts';
import { getTargetHandler } from './handler.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('GetTarget', getTargetHandler({ ...dependencies, simulator }));
