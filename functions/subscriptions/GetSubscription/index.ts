import { theApp } from '../../../shared/composition/the-app.ts';
import { getSubscriptionHandler } from './handler.ts';

const { dependencies, notifications, registerRoute } = theApp();

if (notifications) registerRoute('GetSubscription', getSubscriptionHandler({ ...dependencies, ...notifications }));
