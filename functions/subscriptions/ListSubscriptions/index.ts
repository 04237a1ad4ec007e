import { theApp } from '../../../shared/composition/the-app.ts';
import { listSubscriptionsHandler } from './handler.ts';

const { dependencies, notifications, registerRoute } = theApp();

if (notifications) registerRoute('ListSubscriptions', listSubscriptionsHandler({ ...dependencies, ...notifications }));
