import { theApp } from '../../../shared/composition/the-app.ts';
import { getChannelHandler } from '../read-teams.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('GetChannel', getChannelHandler({ ...dependencies, simulator }));
