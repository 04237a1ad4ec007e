import { theApp } from '../../../shared/composition/the-app.ts';
import { cloneTeamHandler } from './handler.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('CloneTeam', cloneTeamHandler({ ...dependencies, simulator }));
