import { theApp } from '../../../shared/composition/the-app.ts';
import { createChatHandler } from './handler.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('CreateChat', createChatHandler({ ...dependencies, simulator }));
