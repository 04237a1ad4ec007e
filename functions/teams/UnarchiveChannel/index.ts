import { theApp } from '../../../shared/composition/the-app.ts';
import { unarchiveChannelHandler } from '../archive.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('UnarchiveChannel', unarchiveChannelHandler({ ...dependencies, simulator }));
