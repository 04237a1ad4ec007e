import { theApp } from '../../../shared/composition/the-app.ts';
import { simulateLifecycleHandler } from './handler.ts';

const { dependencies, notifications, simulator, registerRoute } = theApp();

if (simulator && notifications)
  registerRoute('SimulateLifecycle', simulateLifecycleHandler({ ...dependencies, ...notifications }));
