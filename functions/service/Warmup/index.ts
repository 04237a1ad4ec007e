// The platform knows the function by this name (Azure Functions warmup trigger, considerations).

import { app } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { warmupHandler } from './handler.ts';

app.warmup('Warmup', { handler: withRedactedErrors(warmupHandler(theApp())) });
