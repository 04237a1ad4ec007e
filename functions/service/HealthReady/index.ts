import { theApp } from '../../../shared/composition/the-app.ts';
import { healthReadyHandler } from './handler.ts';

const { dependencies, store, registerRoute } = theApp();

registerRoute('HealthReady', healthReadyHandler({ ...dependencies, store }));
