// Method, path and permissions: shared/graph-http/routes.ts.

import { theApp } from '../functions/app/the-app.ts';

theApp().registerRoute('GetOperation');
