import { theApp } from '../../../shared/composition/the-app.ts';
import { getTeamHandler } from '../read-teams.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('GetTeam', getTeamHandler({ ...dependencies, simulator }));
