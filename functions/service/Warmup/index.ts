import { app } from '@azure/functions';
import { graphService } from '../../app/graph-service.ts';
import { warmupHandler } from './handler.ts';

// The platform knows the function by this name (Azure Functions warmup trigger, considerations).
app.warmup('Warmup', { handler: warmupHandler(graphService()) });
