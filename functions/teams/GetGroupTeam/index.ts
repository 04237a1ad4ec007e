import { theApp } from '../../../shared/composition/the-app.ts';
import { getGroupTeamHandler } from '../read-teams.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('GetGroupTeam', getGroupTeamHandler({ ...dependencies, simulator }));
